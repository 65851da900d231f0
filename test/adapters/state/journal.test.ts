import { afterAll, beforeAll, expect, test } from 'vitest';
import type { State } from '../../../src/ports/state.ts';
import { alertOf, incidentRow, mitigated, opened, query, startServer, type TestServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

test('an event is read back as it was appended, with its place and the time of the database', async () => {
  const state = await opened(await server.createDatabase());
  const event = mitigated('load fell from 96 to 4');
  const result = await state.journal.append('INC-1', 0, [event, event], { work: [] });

  expect(result).toMatchObject({ status: 'appended', events: [{ position: 1 }, { position: 2 }] });
  const events = await state.journal.read('INC-1');
  expect(result.status === 'appended' && result.events).toEqual(events);
  expect(events.map(({ version, stream, event: read }) => ({ version, stream, read }))).toEqual([
    { version: 1, stream: 'INC-1', read: event },
    { version: 2, stream: 'INC-1', read: event },
  ]);
  expect(events[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(await state.journal.read('INC-2')).toEqual([]);
});

test('of ten appenders at once exactly one wins each version, and positions have no gap', async () => {
  const url = await server.createDatabase();
  const states = await Promise.all([opened(url), opened(url), opened(url)]);
  const versions = 5;
  for (let version = 0; version < versions; version++) {
    const appends = Array.from({ length: 10 }, (_, who) =>
      stateAt(states, who).journal.append('INC-1', version, [mitigated(`from ${who}`)], { work: [] }),
    );
    const others = Array.from({ length: 3 }, (_, who) =>
      stateAt(states, who).journal.append(`INC-other-${who}`, version, [mitigated('other')], { work: [] }),
    );
    const won = (await Promise.all(appends)).filter(({ status }) => status === 'appended');
    expect(won).toHaveLength(1);
    expect((await Promise.all(others)).every(({ status }) => status === 'appended')).toBe(true);
  }
  const rows = await query<{ position: string }>(url, 'select position from firebreak.journal order by 1');
  expect(rows.map(({ position }) => Number(position))).toEqual(
    Array.from({ length: versions * 4 }, (_, index) => index + 1),
  );
  expect(await stateAt(states, 0).journal.verify()).toMatchObject({ events: versions * 4, chainOk: true });
});

test('of two incidents opened with one key at once only one is', async () => {
  const url = await server.createDatabase();
  const states = await Promise.all([opened(url), opened(url)]);
  const key = `pool:${'x'.repeat(10_000)}`;
  const results = await Promise.all(
    ['INC-1', 'INC-2'].map((id, who) =>
      stateAt(states, who).journal.append(id, 0, [mitigated(id)], {
        work: [{ kind: 'advance', key: id }],
        incident: incidentRow(id, { dedupeKey: key }),
      }),
    ),
  );
  expect(results.map(({ status }) => status).sort()).toEqual(['appended', 'conflict']);
  const state = stateAt(states, 0);
  const open = await state.incidents.findOpen(key);
  expect(await state.incidents.listOpen()).toMatchObject([{ id: open?.id }]);
  const loser = open?.id === 'INC-1' ? 'INC-2' : 'INC-1';
  expect(await state.journal.read(loser)).toEqual([]);
  expect(await query(url, 'select 1 from firebreak_queue.job where name = $1', ['advance'])).toHaveLength(1);

  await state.journal.append(open?.id ?? '', 1, [mitigated('over')], {
    work: [],
    incident: incidentRow(open?.id ?? '', { dedupeKey: key, status: 'closed' }),
  });
  const again = { work: [], incident: incidentRow('INC-3', { dedupeKey: key }) };
  expect(await state.journal.append('INC-3', 0, [mitigated('new')], again)).toMatchObject({
    status: 'appended',
  });
});

test('an alert is settled once, and the second settlement writes nothing', async () => {
  const state = await opened(await server.createDatabase());
  await state.alerts.store([alertOf('a')]);
  const alertId = (await state.alerts.list(1))[0]?.id ?? '';
  const settles = { alertId, decision: 'ignored', reason: 'below threshold', incidentId: null } as const;
  const first = await state.journal.append('intake', 0, [mitigated('first')], {
    work: [],
    settles: [settles],
  });
  const second = await state.journal.append('intake', 1, [mitigated('second')], {
    work: [],
    settles: [settles],
  });

  expect([first.status, second.status]).toEqual(['appended', 'conflict']);
  expect(await state.journal.read('intake')).toHaveLength(1);
  expect((await state.alerts.get(alertId))?.settlement).toEqual(settles);
});

test('text that PostgreSQL cannot store does not make the journal unwritable', async () => {
  const state = await opened(await server.createDatabase());
  await state.journal.append('INC-1', 0, [mitigated('nul \0, half \ud83d, \\u0000 and "\\\\u0000"')], {
    work: [],
    incident: incidentRow('INC-1', { title: 'a\0b', dedupeKey: 'k\0' }),
  });
  const events = await state.journal.read('INC-1');
  expect(events[0]?.event).toEqual(mitigated('nul \ufffd, half \ufffd, \\u0000 and "\\\\u0000"'));
  expect(await state.journal.verify()).toMatchObject({ chainOk: true });
  expect(await state.incidents.findOpen('k\0')).toMatchObject({ title: 'a\ufffdb' });
});

function stateAt(states: readonly State[], index: number): State {
  const state = states[index % states.length];
  if (!state) throw new Error('no state');
  return state;
}
