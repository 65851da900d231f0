import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { DomainEvent } from '../../src/domain/event.ts';
import { createChainCheck } from '../../src/domain/journal-chain.ts';
import {
  type Anchor,
  anchorText,
  bodyHashOf,
  entryHash,
  exportLine,
  type JournalEntry,
  parseExportLine,
} from '../../src/domain/journal-entry.ts';
import { canonicalJson } from '../../src/domain/json.ts';

const STREAMS = ['INC-1', 'INC-2', 'INC-3', 'intake/ALERT-7'];
const DAY_MS = 86_400_000;

/** A journal as Firebreak writes it, before anything is removed. */
function chainOf(events: readonly { stream: string; event: DomainEvent; day: number }[]): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (const { stream, event, day } of events) {
    const body = canonicalJson(event);
    const hashed = {
      position: entries.length + 1,
      stream,
      version: entries.filter((entry) => entry.stream === stream).length + 1,
      at: new Date(day * DAY_MS).toISOString(),
      schemaVersion: 1,
      type: event.type,
      bodyHash: bodyHashOf(body),
      previousHash: entries.at(-1)?.hash ?? '0'.repeat(64),
    };
    entries.push({ ...hashed, hash: entryHash(hashed), body });
  }
  return entries;
}

const closed: DomainEvent = { type: 'incident.closed', by: { kind: 'system' }, reason: 'over' };

/** Some entries of some incidents; `INC-9` was closed on day 0 and pruned on day 500. */
const journals = fc
  .array(fc.record({ stream: fc.constantFrom(...STREAMS), evidence: fc.string({ unit: 'grapheme' }) }), {
    minLength: 2,
    maxLength: 12,
  })
  .map((some) => {
    const pruned: DomainEvent = {
      type: 'journal.pruned',
      policy: { closedIncidentDays: 400, alertDays: null },
      by: { kind: 'system' },
      streams: { 'INC-9': 2 },
      alerts: 0,
    };
    const kept = some.map(({ stream, evidence }) => ({
      stream,
      event: { type: 'incident.mitigated', evidence } as const,
      day: 10,
    }));
    const gone = [{ type: 'incident.mitigated', evidence: 'x' } as const, closed].map((event) => ({
      stream: 'INC-9',
      event,
      day: 0,
    }));
    const entries = chainOf([...gone, ...kept, { stream: 'journal', event: pruned, day: 500 }, ...kept]);
    return entries.map((entry) => (entry.stream === 'INC-9' ? { ...entry, body: null } : entry));
  });

const verify = (entries: readonly JournalEntry[], anchors: readonly Anchor[] = []) => {
  const check = createChainCheck(anchors);
  for (const entry of entries) check.see(entry);
  return check.end(undefined);
};
const anchorOf = (entries: readonly JournalEntry[]): Anchor => {
  const last = entries.at(-1);
  return { position: last?.position ?? 0, hash: (last?.hash ?? '').slice(0, 16) };
};

/** Another value for one field of one entry. */
function editedField(entry: JournalEntry, field: keyof JournalEntry): JournalEntry {
  const value = entry[field];
  if (typeof value === 'number') return { ...entry, [field]: value + 1 };
  if (field === 'at') return { ...entry, at: new Date(Date.parse(entry.at) + 1).toISOString() };
  if (value === null) return { ...entry, body: '{"evidence":"forged","type":"incident.mitigated"}' };
  if (field === 'body') return { ...entry, body: `${value.slice(0, -1)} }` };
  return { ...entry, [field]: `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}` };
}

const FIELDS = [
  'position',
  'stream',
  'version',
  'at',
  'schemaVersion',
  'type',
  'bodyHash',
  'previousHash',
  'hash',
  'body',
] as const satisfies readonly (keyof JournalEntry)[];

type Mutation = (entries: JournalEntry[], at: number, other: number) => JournalEntry[];

const mutations: [string, Mutation][] = [
  ...FIELDS.map((field): [string, Mutation] => [
    `another ${field}`,
    (entries, at) => entries.map((entry, index) => (index === at ? editedField(entry, field) : entry)),
  ]),
  ['a body removed', (entries, at) => entries.map((e, index) => (index === at ? { ...e, body: null } : e))],
  ['an entry deleted', (entries, at) => entries.filter((_, index) => index !== at)],
  ['the end cut off', (entries, at) => entries.slice(0, at)],
  ['two entries in each other’s place', (entries, at, other) => swap(entries, at, other)],
  [
    'the streams of two entries swapped',
    (entries, at, other) =>
      entries.map((entry, index) => {
        const from = index === at ? entries[other] : index === other ? entries[at] : entry;
        return { ...entry, stream: from?.stream ?? '' };
      }),
  ],
  ['an entry twice', (entries, at) => entries.flatMap((e, index) => (index === at ? [e, e] : [e]))],
  [
    'an entry slipped in with a hash that fits',
    (entries, at) => {
      const before = entries[at];
      // At the very end it would be an entry more, as any other.
      if (before === undefined || at === entries.length - 1) return entries;
      const body = canonicalJson({ type: 'incident.mitigated', evidence: 'forged' });
      const hashed = {
        ...before,
        position: before.position + 1,
        version: before.version + 1,
        bodyHash: bodyHashOf(body),
        previousHash: before.hash,
      };
      return [
        ...entries.slice(0, at + 1),
        { ...hashed, hash: entryHash(hashed), body },
        ...entries.slice(at + 1),
      ];
    },
  ],
  [
    'everything from an entry on written anew',
    (entries, at) => {
      const kept = entries.slice(0, at);
      const event = { type: 'incident.mitigated', evidence: 'forged' } as const;
      const anew = entries.slice(at).map(({ stream }) => ({ stream, event, day: 10 }));
      const before = kept.map(({ stream }) => ({ stream, event, day: 10 }));
      const chain = chainOf([...before, ...anew]).slice(at);
      let previousHash = kept.at(-1)?.hash ?? '0'.repeat(64);
      return [
        ...kept,
        ...chain.map((entry) => {
          const hashed = { ...entry, previousHash };
          previousHash = entryHash(hashed);
          return { ...hashed, hash: previousHash };
        }),
      ];
    },
  ],
];

function swap(entries: readonly JournalEntry[], at: number, other: number): JournalEntry[] {
  return entries.map(
    (entry, index) => (index === at ? entries[other] : index === other ? entries[at] : entry) ?? entry,
  );
}

test('a whole journal with removed content verifies, also against its anchor', () => {
  fc.assert(
    fc.property(journals, (entries) => {
      const result = verify(entries, [anchorOf(entries)]);
      expect(result).toMatchObject({ chainOk: true, problem: null, pruned: 2 });
    }),
  );
});

test.each(mutations)('found, whatever the journal and the place: %s', (_, mutate) => {
  fc.assert(
    fc.property(journals, fc.nat(), fc.nat(), (entries, one, two) => {
      const at = one % entries.length;
      const mutated = mutate(entries, at, two % entries.length);
      fc.pre(JSON.stringify(mutated) !== JSON.stringify(entries));
      const result = verify(mutated, [anchorOf(entries)]);
      expect(result.chainOk).toBe(false);
      expect(result.problem).not.toBeNull();
    }),
  );
});

test('any other character anywhere in an export is found', () => {
  fc.assert(
    fc.property(
      journals,
      fc.nat(),
      fc.constantFrom('0', 'a', 'Z', '"', '{', ',', ':', '\\', ' ', 'é'),
      (entries, where, character) => {
        const text = entries.map(exportLine).join('\n');
        const at = where % text.length;
        const mutated = `${text.slice(0, at)}${character}${text.slice(at + 1)}`;
        fc.pre(mutated !== text);
        const read = () => verify(mutated.split('\n').map(parseExportLine), [anchorOf(entries)]);
        const found = (() => {
          try {
            return !read().chainOk;
          } catch {
            return true;
          }
        })();
        expect(found).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

test('the lines of Python in docs/journal.md do so too', async (context) => {
  const [, program] = /```python\n([\s\S]*?)```/.exec(readFileSync('docs/journal.md', 'utf8')) ?? [];
  const [entries] = fc.sample(journals, { numRuns: 1, seed: 7 });
  if (program === undefined || entries === undefined) throw new Error('There is nothing to run.');
  const directory = mkdtempSync(join(tmpdir(), 'fb-journal-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const run = (text: string) => {
    writeFileSync(join(directory, 'journal.jsonl'), text);
    return spawnSync('python3', ['-c', program, join(directory, 'journal.jsonl')], { encoding: 'utf8' });
  };
  const whole = `${entries.map(exportLine).join('\n')}\n`;
  const { error, stdout } = run(whole);
  if (error !== undefined) return context.skip('There is no python3 on this machine.');
  expect(stdout.trim()).toBe(anchorText(verify(entries).anchor));
  expect(run(whole.replace('incident.mitigated', 'incident.mitigateD')).stderr).toContain('AssertionError');
});

test('a program that knows the documented form alone comes to the same anchor', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  fc.assert(
    fc.property(journals, (entries) => {
      let previous = '0'.repeat(64);
      for (const line of entries.map(exportLine)) {
        const cut = line.indexOf(',"event":');
        const { hash, ...entry } = JSON.parse(`${line.slice(0, cut)}}`);
        const body = line.slice(cut + ',"event":'.length, -1);
        if (body !== 'null') expect(sha256(body)).toBe(entry.bodyHash);
        expect(entry.previousHash).toBe(previous);
        const canonical = `{"at":"${entry.at}","bodyHash":"${entry.bodyHash}","position":${entry.position},"previousHash":"${entry.previousHash}","schemaVersion":${entry.schemaVersion},"stream":"${entry.stream}","type":"${entry.type}","version":${entry.version}}`;
        expect(sha256(canonical)).toBe(hash);
        previous = hash;
      }
      expect(verify(entries).anchor.hash).toBe(previous);
    }),
  );
});

const FORGED: [string, Partial<Extract<DomainEvent, { type: 'journal.pruned' }>>, RegExp][] = [
  ['one that names another stream', { streams: { 'INC-8': 2 } }, /no later journal.pruned entry names INC-9/],
  ['one with another number of entries', { streams: { 'INC-9': 1 } }, /says that 1 entries of INC-9/],
  [
    'one under whose policy the incident was not over for long enough',
    { policy: { closedIncidentDays: 501, alertDays: null } },
    /not over for as long/,
  ],
  [
    'one whose policy keeps incidents for ever',
    { policy: { closedIncidentDays: null, alertDays: 1 } },
    /not over for as long/,
  ],
  ['one that names an incident that was open', { streams: { 'INC-9': 2, 'INC-1': 1 } }, /INC-1/],
];

test.each(FORGED)('a journal.pruned entry does not excuse what it does not say: %s', (_, change, problem) => {
  const pruned: DomainEvent = {
    type: 'journal.pruned',
    policy: { closedIncidentDays: 400, alertDays: null },
    by: { kind: 'system' },
    streams: { 'INC-9': 2 },
    alerts: 0,
    ...change,
  };
  const mitigated = { type: 'incident.mitigated', evidence: 'x' } as const;
  const entries = chainOf([
    { stream: 'INC-9', event: mitigated, day: 0 },
    { stream: 'INC-9', event: closed, day: 0 },
    { stream: 'INC-1', event: mitigated, day: 0 },
    { stream: 'journal', event: pruned, day: 500 },
  ]).map((entry) => (entry.position <= 3 ? { ...entry, body: null } : entry));
  const {
    chainOk,
    problem: told,
    touched,
  } = verify(entries.map((e) => (e.position === 3 && !change.streams?.['INC-1'] ? chainOfOne(e) : e)));
  expect(chainOk).toBe(false);
  expect(told).toMatch(problem);
  expect(touched).not.toEqual([]);
});

/** The entry with its body again. */
function chainOfOne(entry: JournalEntry): JournalEntry {
  return { ...entry, body: canonicalJson({ type: 'incident.mitigated', evidence: 'x' }) };
}
