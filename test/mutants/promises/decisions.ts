import type { Mutant } from '../mutant.ts';

const engineDecisions = 'test/engine/decisions.test.ts';
const interleavings = 'test/domain/decisions.property.test.ts';

/** docs/reliability.md, "Decisions at once, too late, again". */
export const decisions: readonly Mutant[] = [
  {
    promise: 'a mention is acknowledged when it was handled',
    file: 'src/slack/app/in-flight.ts',
    was: 'ack: isEvent ? async () => undefined : ack',
    becomes: 'ack',
    test: 'test/slack/app/events.test.ts',
  },
  {
    promise: 'a click counts once',
    file: 'src/domain/decide.ts',
    was: 'return click !== undefined && incident.clicks.includes(click);',
    becomes: 'return click === "never" && incident.clicks.includes(click);',
    test: interleavings,
  },
  {
    promise: 'two people are two different people',
    file: 'src/domain/approve.ts',
    was: 'if (isSame(approval.by, command.by)) return samePerson(current, now);',
    becomes: 'if (isSame(approval.by, command.by) && now.getTime() === 0) return samePerson(current, now);',
    test: interleavings,
  },
  {
    promise: 'an expired plan is never decided on',
    file: 'src/domain/approve.ts',
    was: 'return expiresAt !== null && now.getTime() >= Date.parse(expiresAt);',
    becomes: 'return expiresAt === "" && now.getTime() >= Date.parse(expiresAt);',
    test: interleavings,
  },
  {
    promise: 'a click on anything but the card as it is now changes nothing',
    file: 'src/domain/approve.ts',
    was: 'if (command.hash !== cardHash(current) && !early) {',
    becomes: 'if (command.hash === "never" && command.hash !== cardHash(current) && !early) {',
    test: interleavings,
  },
  {
    promise: 'the second of two approves what the first chose',
    file: 'src/domain/approve.ts',
    was: 'if (early || others.length > 0) {',
    becomes: 'if (others.length > 1_000) {',
    test: engineDecisions,
  },
  {
    promise: 'a policy decides only on what only reads',
    file: 'src/domain/approve.ts',
    was: "(by.kind === 'policy' && step.confirm === 'none')",
    becomes: "(by.kind === 'policy' && step.confirm !== null)",
    test: interleavings,
  },
  {
    promise: 'the others are told who decided',
    file: 'src/domain/refuse.ts',
    was: "  return refuse('already-decided', `${who} ${whatIsNext(incident, current)} ${UNCHANGED}`);\n}\n\n/** The card of",
    becomes:
      "  return refuse('already-decided', `${whatIsNext(incident, current)} ${UNCHANGED}`);\n}\n\n/** The card of",
    test: engineDecisions,
  },
  {
    promise: 'an outdated click skips nothing',
    file: 'src/domain/decide.ts',
    was: 'if (command.hash !== cardHash(current)) return staleCard(incident, current, by, now);',
    becomes: '',
    test: interleavings,
  },
  {
    promise: 'an outdated click aborts nothing',
    file: 'src/domain/decide.ts',
    was: 'if (hash !== cardHash(current) && (hash === null || hash !== decidedCardHash(current))) {',
    becomes: 'if (hash === "never") {',
    test: interleavings,
  },
  {
    promise: 'a first approval counts only while its person may decide',
    file: 'src/engine/desk-service.ts',
    was: '(await lostAuthority(incident, answer, noted)) ?? {',
    becomes: '(answer.choice === "skip" ? await lostAuthority(incident, answer, noted) : null) ?? {',
    test: engineDecisions,
  },
  {
    promise: 'a click is acknowledged when it is recorded',
    file: 'src/slack/listeners/register.ts',
    was: 'const said = await handle(context, click, async () => ack());\n      await ack();',
    becomes: 'await ack();\n      const said = await handle(context, click, async () => ack());',
    test: 'test/slack/listeners/listeners.test.ts',
  },
];
