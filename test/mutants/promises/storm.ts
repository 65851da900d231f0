import type { Mutant } from '../mutant.ts';

const alertBatches = 'test/adapters/state/alert-batches.test.ts';
const journal = 'test/adapters/state/journal.test.ts';

/** docs/reliability.md, "A storm of alerts". */
export const storm: readonly Mutant[] = [
  {
    promise: 'an alert is settled once',
    file: 'src/adapters/state/settle-alerts.ts',
    was: 'if (unknown === undefined) throw new Conflict();',
    becomes: 'if (unknown === undefined) return;',
    test: journal,
  },
  {
    promise: 'an alert is acknowledged when it is stored',
    file: 'src/intake/receive.ts',
    was: 'return { status: 202, body: await inTime(store(alerts), format.answerMs) };',
    becomes:
      'void store(alerts).catch(() => undefined);\n      return { status: 202, body: { stored: alerts.length, repeated: 0 } };',
    test: 'test/intake/routes.test.ts',
  },
  {
    promise: 'what keeps an incident from being opened does not keep its alert out',
    file: 'src/adapters/state/store-alerts.ts',
    was: 'if (isStateAway(error) && !waitedTooLong) throw error;',
    becomes: 'throw error;',
    test: 'test/intake/open-at-once.test.ts',
  },
  {
    promise: 'a process that was frozen after an opening posts no second parent',
    file: 'src/slack/outbox/news.ts',
    was: 'return age >= 0 && age < FRESH_MS;',
    becomes: 'return age >= 0;',
    test: 'test/slack/outbox/news.test.ts',
  },
  {
    promise: 'what one sender sent does not keep out the others',
    file: 'src/adapters/state/alert-batches.ts',
    was: '} else if (calls.length > 1) {',
    becomes: '} else if (calls.length > 1_000_000) {',
    test: alertBatches,
  },
  {
    promise: 'a storm cannot take the memory of the process',
    file: 'src/adapters/state/alert-batches.ts',
    was: 'if (characters + call.characters > MOST_WAITING && characters > 0) throw tooMuch();',
    becomes: '',
    test: alertBatches,
  },
  {
    promise: 'when the state does not answer, everybody who waits is told at once',
    file: 'src/adapters/state/alert-batches.ts',
    was: 'for (const call of [...calls, ...waiting.splice(0)]) call.result.reject(error);',
    becomes: 'for (const call of calls) call.result.reject(error);',
    test: alertBatches,
  },
  {
    promise: 'a storm is written in transactions of bounded size',
    file: 'src/adapters/state/alert-batches.ts',
    was: 'return characters > BATCH_CHARACTERS || deliveries > BATCH_DELIVERIES;',
    becomes: 'return characters < 0;',
    test: alertBatches,
  },
  {
    promise: 'a repeat is counted and opens nothing',
    file: 'src/adapters/state/store-alerts.ts',
    was: ' || rows.some(({ inserted }) => !inserted)',
    becomes: '',
    test: 'test/intake/open-at-once.test.ts',
  },
];
