import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { DiagnosisFacts } from '../../src/diagnosis/facts.ts';
import { noCluster } from '../../src/domain/cluster.ts';
import { cluster, group, session, snapshot } from './fixtures.ts';

const FOLDER = new URL('../diagnosis/fixtures/', import.meta.url);

/** What the diagnosis of a fixture must say. */
export interface Expected {
  /** Kind of the first cause. */
  readonly cause: string;
  /** `Kind namespace/name` of its culprit as people read it, or null when nobody is to blame. */
  readonly culprit: string | null;
  /** pids of its root sessions. */
  readonly roots: readonly number[];
}

/** Facts recorded from a real server, and what they mean. */
export interface DiagnosisFixture {
  readonly name: string;
  /** The test that provokes and records it. */
  readonly recordedBy: string;
  readonly expect: Expected;
  readonly facts: DiagnosisFacts;
}

/** Every fixture of test/diagnosis/fixtures. Fields that Firebreak learnt to read since are filled in as empty. */
export function readFixtures(): DiagnosisFixture[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const fixture = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as DiagnosisFixture;
      return { ...fixture, name: file.replace(/\.json$/, ''), facts: completed(fixture.facts) };
    });
}

/** The facts of one fixture. */
export function fixtureFacts(name: string): DiagnosisFacts {
  const found = readFixtures().find((fixture) => fixture.name === name);
  if (found === undefined) throw new Error(`There is no fixture ${name}.`);
  return found.facts;
}

/**
 * Keeps facts taken from a real server as `<name>.json`, when FIREBREAK_RECORD_FIXTURES is set; a test that provokes a
 * cause calls it with what it saw. Without the variable nothing is written.
 */
export function recordFixture(name: string, fixture: Omit<DiagnosisFixture, 'name'>): void {
  if (process.env.FIREBREAK_RECORD_FIXTURES === undefined) return;
  writeFileSync(new URL(`${name}.json`, FOLDER), `${JSON.stringify(fixture, null, 1)}\n`);
}

/** Facts with nothing in them but what is given. */
export function factsOf(parts: Partial<DiagnosisFacts>): DiagnosisFacts {
  return {
    snapshot: snapshot(),
    replicas: [],
    cluster: cluster({ podsByIp: {}, cronJobs: [], jobs: [], deployments: [] }),
    cpu: null,
    replicaSnapshots: [],
    history: [],
    statements: null,
    poolers: [],
    gaps: [],
    ...parts,
  };
}

function completed(facts: Partial<DiagnosisFacts>): DiagnosisFacts {
  const full = factsOf(facts);
  return {
    ...full,
    cluster: { ...noCluster, ...full.cluster },
    snapshot: completedSnapshot(full.snapshot),
    replicaSnapshots: full.replicaSnapshots.map(completedSnapshot),
    history: full.history.map(completedSnapshot),
  };
}

function completedSnapshot(recorded: DiagnosisFacts['snapshot']): DiagnosisFacts['snapshot'] {
  return {
    ...snapshot({ groups: [] }),
    ...recorded,
    groups: recorded.groups.map((one) => ({ ...group({ backends: 0, oldestBackendSeconds: null }), ...one })),
    sessions: recorded.sessions.map((one) => ({ ...session(one.pid), ...one })),
  };
}
