import { expect, it } from 'vitest';
import { generic } from '../../../src/intake/sources/generic.ts';
import { body } from './recorded.ts';
import { onlyAlert, targetOf, wrongIn } from './support.ts';

it('an alert is about the database of its labels and starts the runbook of its name', () => {
  const alert = onlyAlert(generic, 'generic-firing');
  expect(alert).toMatchObject({ fingerprint: 'disk-4711', annotations: { summary: expect.any(String) } });
  expect(targetOf(alert)).toEqual({ database: 'orders-primary', runbook: 'pool-exhaustion' });
});

it('names what is missing, and what it does not know', () => {
  const given = body('generic-firing');
  expect(wrongIn(generic, { ...given, id: undefined, link: 'javascript:alert(1)' })).toEqual(['id', 'link']);
  expect(wrongIn(generic, { ...given, sumary: '' })).toEqual(['']);
});
