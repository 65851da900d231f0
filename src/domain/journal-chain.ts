import { DomainEvent } from './event.ts';
import { type Anchor, bodyHashOf, entryHash, type JournalEntry, NO_ENTRY_HASH } from './journal-entry.ts';
import { createPrunedCheck, type Finding } from './journal-pruned.ts';
import { JOURNAL_STREAM } from './retention.ts';

/** What a walk over the whole journal found. */
export interface Verification {
  readonly events: number;
  /** Entries whose content retention has removed. */
  readonly pruned: number;
  /** True when nothing was found. */
  readonly chainOk: boolean;
  /** Position and hash of the last entry. */
  readonly anchor: Anchor;
  /** The first problem in words, or null. */
  readonly problem: string | null;
  /** The first position that is not as it was written, or null. */
  readonly position: number | null;
  /** What the problem means, or null. */
  readonly meaning: string | null;
  /** Streams (incidents) with an entry that is not as it was written, or missing. */
  readonly touched: readonly string[];
}

/** Checks entries in order; `end` says what was found. */
export interface ChainCheck {
  see(entry: JournalEntry): void;
  /** @param head What the journal says its last entry is; undefined for an export, which has none; null when it is missing. */
  end(head: Anchor | null | undefined): Verification;
}

const MEANS = {
  missing: 'Entries were deleted or moved; what they said is lost.',
  changed: 'It was changed after it was written: what it says cannot be relied on.',
  moved: 'An entry was inserted, replaced or moved here.',
  cut: 'The newest entries were deleted, or an older state was restored.',
  rewritten:
    'The journal up to here is not the one that was anchored: it was written anew, or an older state was restored and went on differently.',
  head: 'The head of the journal was changed by hand; the entries themselves fit together.',
} as const;

/** Checks the chain entry by entry, so that the journal need not fit into memory; only the first problem is told in words. */
export function createChainCheck(anchors: readonly Anchor[] = []): ChainCheck {
  const versions = new Map<string, number>();
  const touched = new Set<string>();
  const anchored = Map.groupBy(anchors, ({ position }) => position);
  const pruned = createPrunedCheck();
  let events = 0;
  let last: Anchor = { position: 0, hash: NO_ENTRY_HASH };
  let first: Finding | null = null;

  function found(finding: Finding): void {
    if (finding.stream !== null) touched.add(finding.stream);
    if (first === null || finding.position < first.position) first = finding;
  }

  function see(entry: JournalEntry): void {
    for (const finding of problemsOf(entry, last, versions.get(entry.stream) ?? 0)) found(finding);
    for (const { hash } of anchored.get(entry.position) ?? []) {
      if (!entry.hash.startsWith(hash)) found(atAnchor(entry.position, entry.hash, hash));
    }
    pruned.see(entry, eventOf(entry));
    events += 1;
    versions.set(entry.stream, entry.version);
    last = { position: entry.position, hash: entry.hash };
  }

  function end(head: Anchor | null | undefined): Verification {
    for (const finding of pruned.end()) found(finding);
    if (head !== undefined) for (const finding of headProblems(head, last)) found(finding);
    for (const { position } of anchors) {
      if (position > last.position) found(cutOff(position, last.position));
    }
    return {
      events,
      pruned: pruned.count(),
      chainOk: first === null,
      anchor: last,
      problem: first?.problem ?? null,
      position: first?.position ?? null,
      meaning: first?.meaning ?? null,
      touched: [...touched].sort(),
    };
  }

  return { see, end };
}

function problemsOf(entry: JournalEntry, last: Anchor, version: number): Finding[] {
  const { position, stream, body } = entry;
  const name = `Entry ${position} (${entry.type} of ${stream})`;
  const at = (problem: string, meaning: string, where = position): Finding => ({
    position: where,
    stream,
    problem,
    meaning,
  });
  const findings: Finding[] = [];
  if (position !== last.position + 1) {
    const problem = `Entry ${last.position + 1} is missing: entry ${position} comes after ${last.position}.`;
    findings.push({ ...at(problem, MEANS.missing, last.position + 1), stream: null });
  }
  if ((body !== null && bodyHashOf(body) !== entry.bodyHash) || entryHash(entry) !== entry.hash) {
    findings.push(at(`${name} was changed: it does not match its hash.`, MEANS.changed));
  } else if (entry.previousHash !== last.hash) {
    const problem = `${name} does not follow entry ${last.position}: that entry was changed, replaced or moved.`;
    findings.push(at(problem, MEANS.moved));
  }
  if (entry.version !== version + 1) {
    const problem = `Entry ${position} has version ${entry.version} of ${stream} where ${version + 1} is due.`;
    findings.push(at(problem, MEANS.missing));
  }
  return findings;
}

function atAnchor(position: number, hash: string, anchor: string): Finding {
  return {
    position,
    stream: null,
    problem: `Entry ${position} has the hash ${hash.slice(0, 16)}, but ${anchor.slice(0, 16)} was anchored.`,
    meaning: MEANS.rewritten,
  };
}

function cutOff(anchored: number, last: number): Finding {
  return {
    position: last + 1,
    stream: null,
    problem: `The end of the journal is missing: entry ${anchored} was anchored, the last entry is ${last}.`,
    meaning: MEANS.cut,
  };
}

function headProblems(head: Anchor | null, last: Anchor): Finding[] {
  const at = (problem: string, meaning: string): Finding[] => [
    { position: last.position + 1, stream: null, problem, meaning },
  ];
  if (head === null) return at('The head of the journal is missing.', MEANS.head);
  if (head.position > last.position) {
    const problem = `The end of the journal is missing: the head is at entry ${head.position}, the last entry is ${last.position}.`;
    return at(problem, MEANS.cut);
  }
  if (head.position < last.position) {
    const problem = `The head of the journal is at entry ${head.position}, but there are entries up to ${last.position}.`;
    return at(problem, MEANS.moved);
  }
  if (head.hash === last.hash) return [];
  return at(
    `The head of the journal does not match the hash of the last entry, ${last.position}.`,
    MEANS.head,
  );
}

/** The event of an entry of the stream `journal`, which tells what happened to other entries; null for every other. */
function eventOf({ stream, body }: JournalEntry): DomainEvent | null {
  if (stream !== JOURNAL_STREAM || body === null) return null;
  try {
    return DomainEvent.parse(JSON.parse(body));
  } catch {
    // Changed by hand, which its hash tells, or written by a newer version.
    return null;
  }
}
