import { expect, test } from 'vitest';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { next } from '../../src/domain/next.ts';
import { requestPostMortem } from '../../src/engine/request-post-mortem.ts';
import { measureForPostMortem, writtenEvents } from '../../src/engine/write-post-mortem.ts';
import { anna, ben, fold, makeAlert, makeRunbook, makeStep, opening, step } from '../support/domain.ts';

const never = new AbortController().signal;

function closed(): Incident {
  const over: DomainEvent = { type: 'incident.closed', by: anna, reason: 'Over.' };
  return fold([...opening(makeRunbook([makeStep('a')])), { type: 'run.completed', run: 1 }, over]);
}

/** The incident after somebody asked; throws when it was refused. */
function asked(incident: Incident, click?: string): Incident {
  const change = requestPostMortem(incident, anna, click);
  if (!('events' in change) || change.events.length === 0) throw new Error('It was refused.');
  return change.events.reduce(step, incident);
}

async function written(incident: Incident): Promise<Incident> {
  const todo = next(incident);
  if (todo.do !== 'write-post-mortem') throw new Error(`The engine would ${todo.do}.`);
  const measured = await measureForPostMortem(source(7), incident, new Date(), never);
  return writtenEvents(incident, todo.number, measured).reduce(step, incident);
}

function source(value: number | Error) {
  const question = {
    name: 'orders delayed',
    unit: 'orders',
    source: 'SQL on replica-1',
    async read() {
      if (value instanceof Error) throw value;
      return value;
    },
  };
  const factors = async () => ({ factors: [], unaudited: [] });
  return { impact: { questions: () => [question] }, factors };
}

const refusal = (incident: Incident, click?: string): string | null => {
  const change = requestPostMortem(incident, ben, click);
  return 'events' in change ? (change.refusal?.message ?? null) : null;
};

test('a closed incident gets one document, however often it is asked for', async () => {
  const pending = asked(closed(), 'click-1');
  expect(refusal(pending)).toContain('Anna asked for it already');
  const done = await written(pending);
  expect(next(done)).toEqual({ do: 'wait' });
  expect(refusal(done)).toContain('Version 1 is in the thread');
  expect(refusal(done, 'click-1')).toContain('answered before');
  expect(done.postMortems[0]?.written?.measured.impact[0]).toMatchObject({ value: 7, missing: null });
});

test('what happened since makes a further version', async () => {
  const done = await written(asked(closed()));
  const later = step(done, { type: 'alert.resolved', alert: makeAlert({ status: 'resolved' }) });
  expect(asked(later).postMortems.map(({ number }) => number)).toEqual([1, 2]);
});

test('what could not be measured may be asked for again, and says why it is missing', async () => {
  const pending = asked(closed());
  const measured = await measureForPostMortem(
    source(new Error('No route to it.')),
    pending,
    new Date(),
    never,
  );
  expect(measured.impact[0]).toMatchObject({ value: null, missing: 'No route to it.' });
  const done = writtenEvents(pending, 1, measured).reduce(step, pending);
  expect(refusal(done)).toBeNull();
});

test('an open incident has no post-mortem yet, and a version is written once', async () => {
  expect(refusal(fold(opening(makeRunbook([makeStep('a')]))))).toContain('still open');
  const done = await written(asked(closed()));
  expect(writtenEvents(done, 1, { impact: [], factors: null, unaudited: [] })).toEqual([]);
});
