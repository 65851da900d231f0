import { afterAll, beforeAll, expect, test } from 'vitest';
import { mitigated, opened, query, startServer, type TestServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

test('an empty journal and a whole one verify', async () => {
  const { state } = await journalOf(0);
  const whole = { pruned: 0, chainOk: true, problem: null, position: null, meaning: null, touched: [] };
  const nothing = { position: 0, hash: '0'.repeat(64) };
  expect(await state.journal.verify()).toEqual({ ...whole, events: 0, anchor: nothing });
  expect(await state.journal.head()).toEqual(nothing);
  await state.journal.append('INC-1', 0, [mitigated('1')], { work: [] });
  const anchor = { position: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) };
  expect(await state.journal.verify()).toEqual({ ...whole, events: 1, anchor });
  expect(await state.journal.verify([await state.journal.head()])).toMatchObject({ chainOk: true, anchor });
});

test('more entries than one batch are exported in order, each with the hash before it', async () => {
  const { state } = await journalOf(1_203);
  let previous = '0'.repeat(64);
  let position = 0;
  for await (const entry of state.journal.export()) {
    expect([entry.position, entry.previousHash]).toEqual([++position, previous]);
    previous = entry.hash;
  }
  expect(position).toBe(1_203);
  expect(await state.journal.verify()).toMatchObject({
    events: 1_203,
    chainOk: true,
    anchor: { hash: previous },
  });
});

test.each([
  [
    "update firebreak.journal set body = replace(body, 'of 5', 'of 4') where position = 5",
    /Entry 5 .* was changed/,
  ],
  ["update firebreak.journal set at = at + interval '1 hour' where position = 5", /Entry 5 .* was changed/],
  ["update firebreak.journal set stream = 'INC-2', version = 1 where position = 5", /Entry 5 .* was changed/],
  ["update firebreak.journal set hash = repeat('a', 64) where position = 5", /Entry 5 .* was changed/],
  ['delete from firebreak.journal where position = 5', /Entry 5 is missing/],
  ['delete from firebreak.journal where position = 1', /Entry 1 is missing/],
  [
    'delete from firebreak.journal where position > 7',
    /end of the journal is missing.*entry 9.*last entry is 7/,
  ],
  ["update firebreak.journal set position = 10, stream = 'x' where position = 9", /Entry 9 is missing/],
  [
    `update firebreak.journal set position = -position where position in (5, 6);
     update firebreak.journal set position = 11 + position where position < 0`,
    /Entry 5 .* was changed/,
  ],
  ["update firebreak.journal_head set hash = repeat('a', 64)", /head of the journal does not match/],
  ['update firebreak.journal_head set position = 8', /head of the journal is at entry 8/],
  ['delete from firebreak.journal_head', /head of the journal is missing/],
  ['truncate firebreak.journal', /end of the journal is missing/],
])('tampering is found: %s', async (tampering, problem) => {
  const { state, url } = await journalOf(9);
  await query(
    url,
    `begin; alter table firebreak.journal drop constraint journal_position_check;
     set session_replication_role = replica; ${tampering}; commit`,
  );
  const result = await state.journal.verify();
  expect(result.chainOk).toBe(false);
  expect(result.problem).toMatch(problem);
  expect(result.meaning).not.toBeNull();
});

test('a cut-off end, with the head set back, is found by an anchor that was kept elsewhere', async () => {
  const { state, url } = await journalOf(9);
  const anchor = await state.journal.head();
  await query(
    url,
    `begin; set session_replication_role = replica; delete from firebreak.journal where position > 6;
     update firebreak.journal_head set (position, hash) =
       (select position, hash from firebreak.journal where position = 6); commit`,
  );
  expect(await state.journal.verify()).toMatchObject({ events: 6, chainOk: true });
  expect(await state.journal.verify([anchor])).toMatchObject({
    chainOk: false,
    position: 7,
    problem: 'The end of the journal is missing: entry 9 was anchored, the last entry is 6.',
  });
  // Another process goes on from there; the one that wrote the lost entries would notice.
  const other = await opened(url);
  await other.journal.append(
    'INC-1',
    6,
    [7, 8, 9].map((of) => mitigated(`other ${of}`)),
    { work: [] },
  );
  expect(await state.journal.verify()).toMatchObject({ events: 9, chainOk: true });
  expect(await state.journal.verify([{ ...anchor, hash: anchor.hash.slice(0, 16) }])).toMatchObject({
    chainOk: false,
    position: 9,
    problem: expect.stringMatching(/^Entry 9 has the hash \w{16}, but \w{16} was anchored\.$/),
  });
});

test('the incidents that a change touched are named', async () => {
  const { state, url } = await journalOf(3);
  for (const id of ['INC-2', 'INC-3']) {
    await state.journal.append(id, 0, [mitigated('a'), mitigated('b')], { work: [] });
  }
  await query(
    url,
    `begin; set session_replication_role = replica;
     update firebreak.journal set body = replace(body, '"a"', '"x"') where position = 6;
     delete from firebreak.journal where position = 4; commit`,
  );
  expect(await state.journal.verify()).toMatchObject({ position: 4, touched: ['INC-2', 'INC-3'] });
});

test('an entry that was replaced with a fitting hash breaks the link to the next', async () => {
  const { state, url } = await journalOf(9);
  const { state: forger, url: forgery } = await journalOf(4);
  await forger.journal.append('INC-1', 4, [mitigated('forged')], { work: [] });
  const [entry] = await query<Record<'body' | 'body_hash' | 'hash' | 'at' | 'previous_hash', string>>(
    forgery,
    'select body, body_hash, hash, at::text, previous_hash from firebreak.journal where position = 5',
  );
  await query(url, 'alter table firebreak.journal disable trigger all');
  await query(
    url,
    'update firebreak.journal set body = $1, hash = $2, at = $3::timestamptz, previous_hash = $4, body_hash = $5 where position = 5',
    [entry?.body, entry?.hash, entry?.at, entry?.previous_hash, entry?.body_hash],
  );
  expect((await state.journal.verify()).problem).toMatch(/Entry 5 .* does not follow entry 4/);
});

test.each([
  "update firebreak.journal set type = 'x'",
  'delete from firebreak.journal',
  'truncate firebreak.journal',
])('the database refuses: %s', async (statement) => {
  const { state, url } = await journalOf(2);
  await expect(query(url, statement)).rejects.toThrow('The journal is append-only');
  expect(await state.journal.verify()).toMatchObject({ events: 2, chainOk: true });
});

async function journalOf(events: number) {
  const url = await server.createDatabase();
  const state = await opened(url);
  const all = Array.from({ length: events }, (_, index) => mitigated(`of ${index + 1}`));
  if (events > 0) await state.journal.append('INC-1', 0, all, { work: [] });
  return { state, url };
}
