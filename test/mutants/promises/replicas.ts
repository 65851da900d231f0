import type { Mutant } from '../mutant.ts';

const engine = 'test/engine/engine.test.ts';
const interrupted = 'test/steps/interrupted.test.ts';
const lives = 'test/adapters/state/replicas.test.ts';

/** docs/reliability.md, "Several replicas". */
export const replicas: readonly Mutant[] = [
  {
    promise: 'of two processes one begins the effect',
    file: 'src/domain/decide.ts',
    was: "return in_('approved', 'executing') && isAtIt(current, command)\n        ? accept({ type: 'effect.intended'",
    becomes: "return in_('approved', 'executing')\n        ? accept({ type: 'effect.intended'",
    test: 'test/domain/replaced-executor.test.ts',
  },
  {
    promise: 'a process that has lost its hold changes nothing',
    file: 'src/engine/fenced-ports.ts',
    was: 'await confirm();\n        return await workloads.suspendJob',
    becomes: 'return await workloads.suspendJob',
    test: engine,
  },
  ...['databases.resumeReplay', 'poolers.resume', 'workloads.changeCronJob'].map((change) => ({
    promise: `a process that has lost its hold changes nothing (${change})`,
    file: 'src/engine/fenced-ports.ts',
    was: `await confirm();\n        return await ${change}(`,
    becomes: `return await ${change}(`,
    test: interrupted,
  })),
  {
    promise: 'another replica goes on when one is killed',
    file: 'src/adapters/state/presence.ts',
    was: 'if (gone.length > 0) parts.onGone();',
    becomes: '',
    test: lives,
  },
  {
    promise: 'an older replica can read what a newer one writes',
    file: 'src/domain/event-versions.ts',
    was: 'lowered === null ? null : change.down(lowered)',
    becomes: 'lowered',
    test: 'test/domain/event-versions.property.test.ts',
  },
  {
    promise: 'a frozen holder is replaced',
    file: 'src/adapters/state/lock-session.ts',
    was: '-c idle_session_timeout=15000',
    becomes: '-c idle_session_timeout=0',
    test: lives,
  },
  {
    promise: 'a refresh of a socket leaves no gap',
    file: 'src/slack/app/dual-socket-receiver.ts',
    was: '      second.startInBackground();\n',
    becomes: '',
    test: 'test/slack/app/trouble.test.ts',
  },
  {
    promise: 'an embedded state has one owner',
    file: 'src/adapters/embedded-postgres/directory-lock.ts',
    was: 'BEGIN EXCLUSIVE; ',
    becomes: '',
    test: 'test/adapters/embedded-postgres/directory-lock.test.ts',
  },
  {
    promise: 'what a replica that was replaced records counts for nothing',
    file: 'src/domain/decide.ts',
    was: "return in_('executing') && isAtIt(current, command)",
    becomes: "return in_('executing')",
    test: 'test/domain/replaced-executor.test.ts',
  },
  {
    promise: 'what a replica that was replaced had measured counts for nothing',
    file: 'src/engine/advance.ts',
    was: "if (command?.type === 'verified' || command?.type === 'planned') await bounds.confirm();",
    becomes: '',
    test: engine,
  },
  {
    promise: 'a verdict counts for the try that it is about only',
    file: 'src/domain/decide.ts',
    was: 'current.step.id === ref.step && current.attempt === ref.attempt',
    becomes: 'current.step.id === ref.step',
    test: 'test/domain/replaced-executor.test.ts',
  },
  {
    promise: 'the age of an approval is told by the clock of the state',
    file: 'src/engine/phases.ts',
    was: '(await options.state.now()).getTime()',
    becomes: 'options.clock.now().getTime()',
    test: engine,
  },
  {
    promise: 'the age of a plan is told by the clock of the state',
    file: 'src/engine/ledger.ts',
    was: 'await Promise.all([load(incidentId), state.now()]);',
    becomes: '[await load(incidentId), new Date()] as const;',
    test: engine,
  },
  {
    promise: 'nothing is confirmed to a replica whose hold is over',
    file: 'src/adapters/state/mutex.ts',
    was: 'const answered = await sessions.ask(session, PING, []).catch(() => false);',
    becomes: 'const answered = PING !== "";',
    test: lives,
  },
  {
    promise: 'events are written in the form that the oldest replica reads',
    file: 'src/adapters/state/journal-schema.ts',
    was: 'coalesce(min(event_schema), ${EVENT_SCHEMA}::int), ${EVENT_SCHEMA}::int',
    becomes: '${EVENT_SCHEMA}::int, coalesce(max(event_schema), ${EVENT_SCHEMA}::int)',
    test: lives,
  },
  {
    promise: 'a version that cannot read the journal is not let in',
    file: 'src/adapters/state/replicas.ts',
    was: 'if (head.event_schema > EVENT_SCHEMA) throw tooOld(version, head.event_schema);',
    becomes: 'if (head.event_schema < 0) throw tooOld(version, head.event_schema);',
    test: lives,
  },
  {
    promise: 'what is said of a plan counts for nothing once it was made anew',
    file: 'src/domain/decide.ts',
    was: 'known.drawn === drawn && ',
    becomes: '',
    test: 'test/domain/replaced-executor.test.ts',
  },
];
