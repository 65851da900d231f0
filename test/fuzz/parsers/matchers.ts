import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { matchersText, matchesAll, parseMatchers } from '../../../src/domain/matcher.ts';
import { ODD_TEXTS } from '../mutate.ts';
import { defineParser, demand } from '../parser.ts';

const part = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'severity',
      'alertname',
      '=',
      '!=',
      '=~',
      '!~',
      '"critical"',
      '"Post.*"',
      ', ',
      '{',
      '}',
      ' ',
      '\\',
      '"',
      '\n',
      '"(a+)+$"',
      '"[[:alpha:]]{1,999}"',
      '"\\\\Q"',
      '"x{1000}{1000}"',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 10 }) },
);
const whole = fc
  .array(
    fc.tuple(
      fc.constantFrom('severity', 'database', '"odd name"', '__proto__', 'a:b/c-d'),
      fc.constantFrom('=', '!=', '=~', '!~'),
      fc.string({ maxLength: 12 }).map((text) => JSON.stringify(text)),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((list) => list.map((one) => one.join('')).join(', '));
const labels = fc.dictionary(fc.constantFrom('severity', 'alertname', 'database', '__proto__'), fc.string());

/** Alertmanager's matchers in routes and silences: what is read is the same when it is written and read again. */
export const matchers = defineParser<readonly [string, Record<string, string>]>({
  name: 'matchers',
  share: 60,
  async open() {
    const text = fc.oneof(
      fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
      whole,
    );
    return {
      inputs: fc.tuple(text, labels),
      check([given, alert]) {
        const read = parseMatchers(given);
        if (typeof read === 'string') {
          demand(read !== '', 'It was refused without a reason.');
          return false;
        }
        demand(read.length > 0, 'Nothing was read as matchers.');
        demand(
          isDeepStrictEqual(parseMatchers(matchersText(read)), read),
          'It reads otherwise when written again.',
        );
        const holds = matchesAll(read, alert);
        demand(
          read.every(
            ({ operator, name, value }) =>
              operator !== '=' || !holds || (Object.hasOwn(alert, name) ? alert[name] : '') === value,
          ),
          'An alert with another label was matched.',
        );
        return true;
      },
    };
  },
});
