import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Labels,
  type Matcher,
  matchersText,
  matchesAll,
  matchesEverything,
  parseMatchers,
} from '../../src/domain/matcher.ts';

function parsed(text: string): readonly Matcher[] {
  const matchers = parseMatchers(text);
  if (typeof matchers === 'string') throw new Error(matchers);
  return matchers;
}

const holds = (text: string, labels: Labels) => matchesAll(parsed(text), labels);

describe('matchers mean what they mean in Alertmanager', () => {
  it.each<[string, Labels, boolean]>([
    ['severity="critical"', { severity: 'critical' }, true],
    ['severity="critical"', { severity: 'Critical' }, false],
    ['severity=critical', { severity: 'critical' }, true],
    ['severity!="critical"', { severity: 'warning' }, true],
    ['severity!="critical"', {}, true],
    ['alertname=~"Postgres.*"', { alertname: 'PostgresqlDown' }, true],
    // Anchored at both ends.
    ['alertname=~"Postgres"', { alertname: 'PostgresqlDown' }, false],
    ['alertname=~"a|b"', { alertname: 'ab' }, false],
    ['alertname!~"Postgres.*"', { alertname: 'PostgresqlDown' }, false],
    ['alertname!~"Postgres.*"', { alertname: 'Mysql' }, true],
    // A label that is not there is empty.
    ['team=""', {}, true],
    ['team=~".+"', {}, false],
    ['team=~".*"', {}, true],
    ['{severity="critical", alertname=~"P.*",}', { severity: 'critical', alertname: 'P1' }, true],
    ['severity="critical", alertname=~"P.*"', { severity: 'critical', alertname: 'Q1' }, false],
    ['instance=~"10\\.0\\.0\\.\\d+:5432"', { instance: '10.0.0.7:5432' }, true],
    ['summary="a \\"b\\", c=\\"d\\""', { summary: 'a "b", c="d"' }, true],
    ['"foo bar"="x"', { 'foo bar': 'x' }, true],
    // No label of every object.
    ['toString=~".+"', {}, false],
  ])('%s of %j: %s', (text, labels, expected) => {
    expect(holds(text, labels)).toBe(expected);
  });

  it.each([
    ['', 'no matcher'],
    ['severity', 'no matcher'],
    ['severity=', 'no matcher'],
    ['severity="critical', 'no matcher'],
    ['severity="a" alertname="b"', 'at: alertname="b"'],
    ['severity=warning or critical', 'at: or critical'],
    ['a=~"("', 'missing closing )'],
    // What would need to go back is not in RE2, and so cannot be catastrophic.
    ['a=~"(x)\\\\1"', 'no regular expression of RE2'],
    ['a=~"((a{1000}){1000})"', 'invalid repeat count'],
    [`a="${'x'.repeat(1_001)}"`, 'more than 1000 characters'],
    [Array.from({ length: 21 }, () => 'a="b"').join(','), 'At most 20'],
  ])('%s is refused with a reason', (text, reason) => {
    expect(parseMatchers(text)).toContain(reason);
  });
});

const value = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '"', '\\', '\n', '\\n'),
);
const matcher = fc.record({
  name: fc.oneof(fc.constantFrom('severity', 'alertname', 'a:b', 'k8s.io/x'), fc.string({ minLength: 1 })),
  operator: fc.constantFrom('=' as const, '!=' as const),
  value,
});

it('what is written is read back as the same', () => {
  fc.assert(
    fc.property(fc.array(matcher, { minLength: 1, maxLength: 20 }), (matchers) => {
      expect(parseMatchers(matchersText(matchers))).toEqual(matchers);
    }),
  );
});

it('whatever is given is read or refused, quickly', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc
      .array(fc.constantFrom('a', '=', '~', '!', '"', '\\', ',', '{', '}', '(', ')', '+', '*', ' '), {
        maxLength: 60,
      })
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (given) => {
      const matchers = parseMatchers(given);
      expect(typeof matchers === 'string' || matchers.length > 0).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

it('an expression that makes a backtracking engine stand still takes no time', () => {
  const matchers = parsed('a=~"(x+x+)+y"');
  const before = performance.now();
  expect(matchesAll(matchers, { a: 'x'.repeat(1_000_000) })).toBe(false);
  expect(performance.now() - before).toBeLessThan(2_000);
});

it('matchers that ask for no label are about everything', () => {
  expect(matchesEverything(parsed('severity!="none"'))).toBe(true);
  expect(matchesEverything(parsed('severity!="none", database=~".+"'))).toBe(false);
});
