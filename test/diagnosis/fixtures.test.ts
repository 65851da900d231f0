import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { causeKinds } from '../../src/diagnosis/cause-kinds.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { DiagnosisFacts } from '../../src/diagnosis/facts.ts';
import { culpritName } from '../../src/domain/cause.ts';
import { readFixtures } from '../support/diagnosis-fixtures.ts';
import { doubled, renamer, withNoise } from '../support/vary-facts.ts';

const fixtures = readFixtures();

/** What a diagnosis says, in the form of a fixture's expectation. */
function said(facts: DiagnosisFacts) {
  const [top] = diagnose(facts);
  if (top === undefined) throw new Error('diagnose() returned nothing');
  return {
    cause: top.kind,
    culprit: top.culprit === null ? null : culpritName(top.culprit),
    roots: top.rootSessions.map((id) => Number(id.split('/')[0])).sort((a, b) => a - b),
  };
}

function ordered<T extends { roots: readonly number[] }>(expected: T) {
  return { ...expected, roots: [...expected.roots].sort((a, b) => a - b) };
}

describe.each(fixtures)('$name', ({ expect: expected, facts }) => {
  it('has its cause first, with its culprit and its root sessions', () => {
    expect(causeKinds).toContain(expected.cause);
    expect(said(facts)).toEqual(ordered(expected));
  });

  it('means the same under any other names and addresses', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const renamed = renamer(facts, wordsFrom(seed));
        expect(said(renamed.facts)).toEqual(
          ordered({ ...expected, culprit: renamed.culprit(expected.culprit) }),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('means the same while innocents are at work', () => {
    expect(said(withNoise(facts))).toEqual(ordered(expected));
  });

  it('means the same on a server twice as big', () => {
    const { cause, culprit } = said(doubled(facts));
    expect({ cause, culprit }).toEqual({ cause: expected.cause, culprit: expected.culprit });
  });
});

/** One word for each part of a name: other words for other parts, the same each time. */
function wordsFrom(seed: number): (part: string) => string {
  const words = new Map<string, string>();
  return (part) => {
    const known =
      words.get(part) ??
      `w${(seed + words.size * 7919).toString(36).replaceAll(/\d/g, (d) => 'qxyzvkjwbf'[Number(d)] ?? 'q')}${'a'.repeat(words.size % 3)}`;
    words.set(part, known);
    return known;
  };
}

it('has facts of a real server for every cause', () => {
  expect([...new Set(fixtures.map(({ expect: { cause } }) => cause))].sort()).toEqual([...causeKinds].sort());
});
