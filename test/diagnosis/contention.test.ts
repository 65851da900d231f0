import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { DiagnosisFacts } from '../../src/diagnosis/facts.ts';
import { factsOf, fixtureFacts } from '../support/diagnosis-fixtures.ts';
import { cluster, session, snapshot } from '../support/fixtures.ts';

const kinds = (facts: DiagnosisFacts) => diagnose(facts).map(({ kind }) => kind);

/** Sessions of one service that wait for one event; `age` of their statements in seconds. */
function queueing(count: number, wait: [string, string], age: number, onCpu = 1) {
  const sessions = Array.from({ length: count }, (_, index) =>
    session(index + 1, {
      age,
      waitEventType: wait[0],
      waitEvent: wait[1],
      user: 'checkout_api',
      applicationName: 'checkout-api',
      clientAddress: '10.0.3.5',
    }),
  );
  const waits = [
    { type: wait[0], event: wait[1], backends: count },
    { type: 'CPU', event: '-', backends: onCpu },
  ];
  return factsOf({ cluster: cluster(), snapshot: snapshot({ sessions, waits, onCpu }) });
}

describe('contention', () => {
  it.each([
    [['LWLock', 'WALWrite'], 'Commits queue for the write-ahead log'],
    [['IO', 'WalSync'], 'Commits queue for the write-ahead log'],
    [['IPC', 'SyncRep'], 'Commits wait for a synchronous standby'],
    [['LWLock', 'LockManager'], 'Sessions queue for each other inside PostgreSQL'],
  ] as [[string, string], string][])('reads %s as: %s', (wait, title) => {
    const [top] = diagnose(queueing(20, wait, 0.05));
    expect(top).toMatchObject({ kind: 'contention', rootSessions: [], culprit: { name: 'checkout-api' } });
    expect(top?.title).toContain(title);
  });

  it('kills nobody: it names no root sessions, and says why killing does not help', () => {
    const [top] = diagnose(fixtureFacts('contention'));
    expect(top?.rootSessions).toEqual([]);
    expect(top?.wontHelp[0]).toContain('Killing sessions');
  });

  it('is silent while the CPU is saturated by those who do not queue', () => {
    expect(kinds(queueing(20, ['LWLock', 'BufferMapping'], 0.05, 19))).not.toContain('contention');
  });

  it('is silent about reads of data files: that is a disk under long work, or a cold cache', () => {
    expect(kinds(queueing(20, ['IO', 'DataFileRead'], 0.05))).not.toContain('contention');
  });

  it('is not believed before a batch whose long statements hinder each other', () => {
    const facts = queueing(20, ['LWLock', 'WALInsert'], 90);
    expect(kinds(facts)[0]).toBe('runaway-application-query');
    expect(diagnose(facts).find(({ kind }) => kind === 'contention')?.confidence).toBeLessThan(0.5);
  });

  it('is silent about three sessions', () => {
    expect(kinds(queueing(3, ['LWLock', 'WALWrite'], 0.05))).not.toContain('contention');
  });
});
