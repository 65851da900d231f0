import { expect, test } from 'vitest';
import type { DomainEvent, RecordedEvent } from '../../src/domain/event.ts';
import { foldIncident } from '../../src/domain/incident.ts';
import { createFoldedIncidents } from '../../src/engine/folded-incidents.ts';
import { makeAlert, makeRunbook, makeStep } from '../support/domain.ts';

const ID = 'INC-1';
const opened: DomainEvent = {
  type: 'incident.opened',
  title: 't',
  database: 'orders',
  service: null,
  severity: 'critical',
  dedupeKey: 'database:orders',
  by: { kind: 'system' },
  alert: makeAlert(),
};
const started: DomainEvent = {
  type: 'run.started',
  run: 1,
  runbook: makeRunbook([makeStep('one')]),
  by: { kind: 'system' },
};
const attached = (fingerprint: string): DomainEvent => ({
  type: 'alert.attached',
  alert: makeAlert({ fingerprint }),
});
const closed: DomainEvent = { type: 'incident.closed', by: { kind: 'system' }, reason: 'over' };

/** A journal in memory that notes from which version on it was read. */
function journal() {
  const events: RecordedEvent[] = [];
  const reads: number[] = [];
  let written = 0;
  return {
    reads,
    events,
    append: (event: DomainEvent) =>
      events.push({
        position: events.length + 1,
        stream: ID,
        version: events.length + 1,
        hash: `hash-${++written}`,
        at: '2026-11-15T05:23:00.000Z',
        event,
      }),
    readAll: async ([wanted]: readonly { stream: string; after: number }[]) => {
      reads.push(wanted?.after ?? -1);
      return events.filter(({ version }) => version > (wanted?.after ?? 0));
    },
  };
}

test('an open incident is read on from where it was read last, and is what all its events say', async () => {
  const source = journal();
  const folded = createFoldedIncidents(source);
  expect(await folded.load(ID)).toBeNull();
  source.append(opened);
  source.append(started);
  for (let count = 0; count < 5; count += 1) {
    expect(await folded.load(ID)).toEqual(foldIncident(ID, source.events));
    source.append(attached(`f${count}`));
  }
  expect(await folded.load(ID)).toEqual(foldIncident(ID, source.events));
  expect(source.reads).toEqual([0, 0, 1, 2, 3, 4, 5]);
});

test('what the state has lost is forgotten, also when the stream has grown past it since', async () => {
  const source = journal();
  const folded = createFoldedIncidents(source);
  for (const event of [opened, started, attached('lost'), attached('lost too')]) source.append(event);
  expect(await folded.load(ID)).toMatchObject({ version: 4 });
  source.events.length = 2;
  expect(await folded.load(ID)).toEqual(foldIncident(ID, source.events));
  source.append(attached('news'));
  expect(await folded.load(ID)).toEqual(foldIncident(ID, source.events));
  source.events.length = 2;
  for (const fingerprint of ['a', 'b', 'c']) source.append(attached(fingerprint));
  expect(await folded.load(ID)).toEqual(foldIncident(ID, source.events));
  source.events.length = 0;
  expect(await folded.load(ID)).toBeNull();
});

test('a closed incident is read anew, as retention may have removed it', async () => {
  const source = journal();
  const folded = createFoldedIncidents(source);
  for (const event of [opened, started, closed]) source.append(event);
  expect(await folded.load(ID)).toMatchObject({ status: 'closed' });
  source.events.length = 0;
  expect(await folded.load(ID)).toBeNull();
});
