import { expect, test } from 'vitest';
import type { Approver, Members } from '../../src/domain/authority.ts';
import { decidersOf } from '../../src/domain/deciders.ts';
import { currentAttempt, type StepAttempt } from '../../src/domain/incident.ts';
import { ALICE, AT, attempt, view } from '../slack/fixtures.ts';

const list = (approver: Approver, people: string[], problem: string | null = null): Members => ({
  approver,
  people,
  problem,
});
const user = (id: string) => list(id, [id]);

function deciders(lists: readonly Members[], over: Partial<StepAttempt> = {}) {
  const { incident } = view([attempt('kill', 'awaiting', over)]);
  const present = currentAttempt(incident);
  if (present === undefined) throw new Error('There is no step.');
  return decidersOf(lists, incident, present);
}

test('up to three people are named, each once, wherever they are listed', () => {
  const lists = [user('U1'), list('SDBA', ['U1', 'U2']), list({ onCall: 'db' }, ['U3'])];
  expect(deciders(lists)).toEqual({ people: ['U1', 'U2', 'U3'], groups: [], more: 0 });
});

test('of more, a group stands for its members, and whoever is on call comes before the others', () => {
  const lists = [
    user('U8'),
    user('U9'),
    list('SDBA', ['U1', 'U2', 'U3']),
    list({ onCall: 'db' }, ['U4', 'U1']),
  ];
  expect(deciders(lists)).toEqual({ people: ['U4', 'U8'], groups: ['SDBA'], more: 1 });
  expect(deciders(['U1', 'U2', 'U3', 'U4', 'U5'].map(user))).toEqual({
    people: ['U1', 'U2', 'U3'],
    groups: [],
    more: 2,
  });
});

test('a group that could not be read is named all the same; nobody is told only when that is known', () => {
  expect(deciders([list('SDBA', [], 'no answer')])).toEqual({ people: [], groups: ['SDBA'], more: 0 });
  expect(deciders([list({ onCall: 'db' }, [], 'no answer')])).toBeNull();
  expect(deciders([])).toEqual({ people: [], groups: [], more: 0 });
});

test('nobody is waited for who approved first, or who may not decide on their own wish', () => {
  const approval = { by: ALICE, at: AT, selection: { targets: [], choices: {} } };
  const lists = [user(ALICE.id), user('U2')];
  expect(deciders(lists, { approval })?.people).toEqual(['U2']);
  const step = { ...attempt('kill', 'awaiting').step, notByAsker: true as const };
  expect(deciders(lists, { step, wantedBy: ALICE })?.people).toEqual(['U2']);
  expect(deciders(lists, { wantedBy: ALICE })?.people).toEqual([ALICE.id, 'U2']);
});
