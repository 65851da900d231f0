import { expect, it } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { foldIncident, type Incident, withAlert } from '../../src/domain/incident.ts';
import { type IntakePolicy, NO_POLICY, type Route } from '../../src/domain/intake-policy.ts';
import { type Matcher, parseMatchers } from '../../src/domain/matcher.ts';
import type { Silence } from '../../src/domain/silence.ts';
import { targetOf } from '../../src/intake/alert-target.ts';
import { decideAlert } from '../../src/intake/decide-alert.ts';
import type { Firing } from '../../src/ports/state.ts';
import { anna, makeAlert, makeRunbook, makeStep, opening, record } from '../support/domain.ts';

const NOW = new Date('2026-11-15T06:00:00Z');
const runbook = makeRunbook([makeStep('one')]);
const other = { ...makeRunbook([makeStep('two')]), id: 'lock-pileup', alerts: [] };
const databases = [
  { name: 'orders-primary', service: 'order-service', cores: null, replicas: [] },
  { name: 'stock', service: null, cores: null, replicas: [] },
];
const incident: Incident = foldIncident('INC-1', record(opening(runbook)));

function m(text: string): Matcher[] {
  const matchers = parseMatchers(text);
  if (typeof matchers === 'string') throw new Error(matchers);
  return [...matchers];
}

const silence = (matchers: string, over: Partial<Silence> = {}): Silence => ({
  id: 'SIL-1',
  matchers: m(matchers),
  startsAt: '2026-11-15T05:00:00.000Z',
  endsAt: '2026-11-15T07:00:00.000Z',
  reason: 'reindexing',
  by: anna,
  ...over,
});
const route = (matchers: string, over: Partial<Route>): Route => ({
  matchers: m(matchers),
  database: null,
  service: null,
  channel: null,
  runbook: null,
  ...over,
});
/** It began to fire so many minutes ago, each time. */
const began = (...minutesAgo: number[]): Firing[] =>
  minutesAgo.map((minutes) => {
    const at = new Date(NOW.getTime() - minutes * 60_000).toISOString();
    return { startsAt: at, receivedAt: at };
  });

interface World {
  readonly incident?: Incident | null;
  readonly silences?: readonly Silence[];
  readonly firings?: readonly Firing[];
  readonly policy?: Partial<IntakePolicy>;
}

function decide(change: Partial<Alert> = {}, world: World = {}) {
  const alert = makeAlert(change);
  const policy = { ...NO_POLICY, ...world.policy };
  const { reason, ...decision } = decideAlert({
    alert,
    target: targetOf(alert, policy.routes, databases),
    incident: world.incident ?? null,
    silences: world.silences ?? [],
    firings: world.firings ?? [],
    policy,
    runbooks: new Map([runbook, other].map((one) => [one.id, one])),
    now: NOW,
  });
  const started = 'runbook' in decision ? ` ${decision.runbook.id}` : '';
  return { what: `${decision.decision}${started}`, reason, ...decision };
}

const flapping = { firings: began(20, 10, 1) };
const startsAt = flapping.firings.at(-1)?.startsAt ?? '';
const inhibit = [{ source: m('severity="critical"'), target: m('severity="warning"'), equal: ['service'] }];
const symptom = {
  fingerprint: 'f2',
  name: 'HighLatency',
  labels: { service: 'order-service', severity: 'warning' },
};

it('an alert of a known database that a runbook names opens an incident', () => {
  expect(decide()).toMatchObject({ what: 'opened pool-exhaustion' });
});

it('each rule goes before those after it: silence, route, inhibition, open incident, flapping, runbook', () => {
  const all: World = {
    silences: [silence('alertname="HighLatency"')],
    incident,
    policy: { inhibit },
    ...flapping,
  };
  const lost = { ...symptom, labels: { severity: 'warning' }, startsAt };
  expect(decide(lost, all).what).toBe('silenced');
  expect(decide(lost, { ...all, silences: [] }).what).toBe('ignored');
  const found = { ...symptom, startsAt };
  expect(decide(found, { ...all, silences: [] }).what).toBe('inhibited');
  expect(decide(found, { ...all, silences: [], policy: {} }).what).toBe('attached');
  const known = { name: 'ConnectionPoolExhausted', startsAt };
  expect(decide(known, { ...flapping }).what).toBe('flapping');
  expect(decide(known, { firings: began(1) }).what).toBe('opened pool-exhaustion');
  // What would open nothing anyway is told at once, and not held back first.
  expect(decide(found, { ...flapping }).what).toBe('ignored');
});

it('an end is never silenced, inhibited or held back; it belongs to the incident that has the alert', () => {
  const over = { status: 'resolved' as const };
  const world = { silences: [silence('database="orders-primary"')], policy: { inhibit }, ...flapping };
  expect(decide(over, { ...world, incident }).what).toBe('resolved');
  expect(decide({ ...over, fingerprint: 'f9' }, { ...world, incident })).toMatchObject({
    what: 'ignored',
    reason: expect.stringContaining('no part of it'),
  });
  expect(decide(over, world)).toMatchObject({
    what: 'ignored',
    reason: expect.stringContaining('No incident'),
  });
  const withSymptom = withAlert(incident, makeAlert(symptom), '', true);
  expect(decide({ ...symptom, ...over }, { ...world, incident: withSymptom }).what).toBe('resolved');
});

it('a silence is about what routes and labels make of an alert, only in its time, and the last to end counts', () => {
  const byService = { labels: { service: 'order-service' } };
  expect(decide(byService, { silences: [silence('database="orders-primary"')] })).toMatchObject({
    what: 'silenced',
    heldBy: 'SIL-1',
    heldUntil: '2026-11-15T07:00:00.000Z',
    reason: 'SIL-1 by Anna: reindexing',
  });
  const about = silence('database="orders-primary"');
  for (const over of [{ startsAt: '2026-11-15T06:00:01Z' }, { endsAt: '2026-11-15T06:00:00Z' }])
    expect(decide({}, { silences: [{ ...about, ...over }] }).what).toBe('opened pool-exhaustion');
  const longer = { ...about, id: 'SIL-2', endsAt: '2026-11-15T09:00:00.000Z' };
  expect(decide({}, { silences: [about, longer] })).toMatchObject({ heldBy: 'SIL-2' });
  expect(decide({}, { silences: [silence('database="stock"')] }).what).toBe('opened pool-exhaustion');
});

it('a maintenance window of the configuration is looked at again, as it may be gone meanwhile', () => {
  const by = { kind: 'policy', id: 'maintenance/x', name: 'x' } as const;
  const always = silence('database="orders-primary"', { by, endsAt: null });
  expect(decide({}, { silences: [always] })).toMatchObject({ heldUntil: '2026-11-15T12:00:00.000Z' });
});

it('of the routes that match, each setting is taken from the first that has it; they go before labels', () => {
  const policy = {
    routes: [
      route('team="dba", severity="critical"', { channel: 'C0CRIT' }),
      route('team="dba"', { channel: 'C0DBA', runbook: 'lock-pileup' }),
      route('team=~".+"', { database: 'stock', service: 'warehouse' }),
    ],
  };
  const routed = makeAlert({ labels: { team: 'dba', severity: 'critical', database: 'orders-primary' } });
  expect(targetOf(routed, policy.routes, databases)).toMatchObject({
    database: { name: 'stock' },
    service: 'warehouse',
    channel: 'C0CRIT',
    runbook: 'lock-pileup',
  });
  expect(decide(routed, { policy }).what).toBe('opened lock-pileup');
  expect(targetOf(makeAlert(), policy.routes, databases)).toMatchObject({
    database: { name: 'orders-primary' },
    service: 'order-service',
    channel: null,
    runbook: null,
  });
});

it('a symptom needs an alert that fires and fits the rule; what is part of the incident stays part of it', () => {
  const world = { incident, policy: { inhibit } };
  expect(decide(symptom, world)).toMatchObject({
    what: 'inhibited',
    reason: 'A symptom of ConnectionPoolExhausted, which fires in INC-1.',
  });
  const elsewhere = {
    ...symptom,
    labels: { ...symptom.labels, database: 'orders-primary', service: 'mail' },
  };
  expect(decide(elsewhere, world).what).toBe('inhibited');
  const instance = [{ ...inhibit[0], equal: ['instance'] }].map((rule) => ({ ...inhibit[0], ...rule }));
  const onHost = { ...symptom, labels: { ...symptom.labels, instance: 'b:5432' } };
  expect(decide(onHost, { incident, policy: { inhibit: instance as typeof inhibit } }).what).toBe('attached');
  const over = withAlert(incident, makeAlert({ status: 'resolved' }), '', false);
  expect(decide(symptom, { ...world, incident: over }).what).toBe('attached');
  const part = withAlert(incident, makeAlert(symptom), '', false);
  expect(decide(symptom, { ...world, incident: part }).what).toBe('attached');
  const whatever = [{ source: [], target: m('alertname="HighLatency"'), equal: [] }];
  const byHand = { ...incident, alerts: [] };
  expect(decide(symptom, { incident: byHand, policy: { inhibit: whatever } }).what).toBe('inhibited');
});

it('a flapping alert is held back until it lasts, and counts only what was lately', () => {
  const flaps = decide({ startsAt }, flapping);
  expect(flaps).toMatchObject({ what: 'flapping', heldBy: null, heldUntil: '2026-11-15T06:04:00.000Z' });
  expect(flaps.reason).toContain('3 times within 30 minutes');
  const lasting = began(25, 20, 5);
  expect(decide({ startsAt: lasting[2]?.startsAt ?? '' }, { firings: lasting }).what).toMatch(/^opened/);
  const earlier = began(31, 10, 1);
  expect(decide({ startsAt: earlier[2]?.startsAt ?? '' }, { firings: earlier }).what).toMatch(/^opened/);
});
