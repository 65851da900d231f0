import { describeError } from '../domain/errors.ts';
import { policyActor, termsHash, type WatchdogAction, type WatchdogPolicy } from '../domain/watchdog.ts';
import { inBackground } from '../engine/in-background.ts';
import { dedupeKeyOf } from '../engine/opening.ts';
import { type Book, createBook, type Page } from './book.ts';
import { decideWatchdog, type WatchdogDecision } from './decide.ts';
import { endTargets, type Hold, settle } from './end-targets.ts';
import { isInWindow } from './in-window.ts';
import { interrupted, type Look, loadOf, NOT_WATCHED, type Watching, withLook } from './looks.ts';
import type { WatchdogOptions } from './options.ts';
import { noOwners, type Owners, readOwners } from './owners.ts';
import { propose } from './propose.ts';

const EVERY_MS = 10_000;
/** How long another replica is left alone before this one asks again whether it still watches. */
const ELSEWHERE_MS = 15_000;
/** A server on which a reading takes long is read less often: for at most this share of the time. */
const MOST_SHARE = 0.05;

/**
 * Watches the databases that have a policy, each on one replica at a time, and ends what the policies say; ends when it is
 * disposed of. What it does is in the journal before it is done.
 */
export function keepWatchdog(options: WatchdogOptions): AsyncDisposable {
  const book = createBook(options.state.journal);
  const databases = Map.groupBy(options.policies, ({ terms }) => terms.database);
  return inBackground(async (signal) => {
    await Promise.all(
      [...databases].map(async ([database, policies]) =>
        keepDatabase(options, { database, policies, book, signal }),
      ),
    );
  });
}

interface Watch {
  readonly database: string;
  readonly policies: readonly WatchdogPolicy[];
  readonly book: Book;
  readonly signal: AbortSignal;
}

async function keepDatabase(options: WatchdogOptions, watch: Watch): Promise<void> {
  const { clock, logger, state } = options;
  const { database, signal } = watch;
  while (!signal.aborted) {
    try {
      await state.mutex.exclusively(`watchdog:${database}`, async (lost, confirm) => {
        const hold = { signal: AbortSignal.any([signal, lost]), confirm };
        await watchDatabase(options, watch, hold);
      });
    } catch (error) {
      if (!signal.aborted)
        logger.warn({ database, error: describeError(error).message }, 'The watchdog could not watch');
    }
    await clock.sleep(ELSEWHERE_MS, signal).catch(() => undefined);
  }
}

/** Looks until the hold is lost, or Firebreak stops. */
async function watchDatabase(options: WatchdogOptions, watch: Watch, hold: Hold): Promise<void> {
  const { clock, logger, everyMs = EVERY_MS } = options;
  let watching: Watching = NOT_WATCHED;
  let told = '';
  await writeDown(watch);
  while (!hold.signal.aborted) {
    try {
      watching = await lookOnce(options, watch, hold, watching);
      told = '';
    } catch (error) {
      // What was seen before a gap proves nothing about it.
      watching = interrupted(watching);
      const { message } = describeError(error);
      if (!hold.signal.aborted && message !== told)
        logger.warn(
          { database: watch.database, error: message },
          'The watchdog could not look, and ends nothing',
        );
      told = message;
    }
    const tookMs = watching.looks.at(-1)?.snapshot.tookMs ?? 0;
    const pause = Math.max(everyMs, tookMs / MOST_SHARE);
    await clock.sleep(pause, hold.signal).catch(() => undefined);
  }
}

async function lookOnce(
  options: WatchdogOptions,
  watch: Watch,
  hold: Hold,
  before: Watching,
): Promise<Watching> {
  const { database, policies, book } = watch;
  await settlePending(options, watch, hold);
  const page = await book.read();
  const incident = await openIncidentOf(options, database);
  const now = await options.state.now();
  const isOn = ({ name, terms: { window } }: WatchdogPolicy) =>
    page.of(name).stopped === null && (window === null || isInWindow(window, now));
  // Nothing is asked of a server while nobody may act on the answer.
  if (incident !== null || !policies.some(isOn)) return interrupted(before);
  const watching = withLook(before, await look(options, database, hold.signal));
  for (const policy of policies) {
    // After an end everything is looked at anew, also for the others.
    if ((await act(options, watch, hold, policy, watching)) === 'ended') return interrupted(watching);
  }
  return watching;
}

/** One reading through the standing session, and the pools of each PgBouncer. */
async function look({ ports, clock }: WatchdogOptions, database: string, signal: AbortSignal): Promise<Look> {
  const snapshot = await ports.databases.snapshot(database, 'primary', signal);
  const readAt = clock.now().getTime();
  const names = ports.poolers.names(database);
  const waiting = await Promise.all(
    names.map(async (name) => {
      const { pools } = await ports.poolers.pools(database, name, signal);
      return pools.reduce((sum, { clientsWaiting }) => sum + clientsWaiting, 0);
    }),
  ).catch(() => []);
  signal.throwIfAborted();
  const poolWaiting = waiting.length === 0 ? null : waiting.reduce((sum, clients) => sum + clients, 0);
  return { snapshot, poolWaiting, readAt };
}

/** Writes down by which terms it acts, when they are not the ones that were written down last. */
async function writeDown({ policies, book }: Watch): Promise<void> {
  for (const policy of policies) {
    const { name, mode, terms } = policy;
    for (;;) {
      const page = await book.read();
      const { enabled } = page.of(name);
      if (enabled?.hash === termsHash(terms) && enabled.mode === mode) break;
      const by = policyActor(policy);
      if (await book.append(page, { type: 'watchdog.enabled', policy: name, mode, terms, by })) break;
    }
  }
}

/** Finds out what became of the sessions whose end nobody wrote down, before anything else is done. */
async function settlePending(options: WatchdogOptions, { policies, book }: Watch, hold: Hold): Promise<void> {
  for (const policy of policies) {
    const page = await book.read();
    for (const action of page.of(policy.name).actions.filter(({ results }) => results === null)) {
      const results = await settle(options, policy, action, hold.signal);
      await conclude(book, policy, action, results);
    }
  }
}

/** Nobody else concludes it: whoever holds the database does. */
async function conclude(
  book: Book,
  { name }: WatchdogPolicy,
  { id }: Pick<WatchdogAction, 'id'>,
  results: NonNullable<Awaited<ReturnType<typeof endTargets>>>,
): Promise<void> {
  for (;;) {
    const page = await book.read();
    if (await book.append(page, { type: 'watchdog.ended', policy: name, id, results })) return;
  }
}

/** Decides on what is written down now, and does it unless something was written meanwhile. */
async function act(
  options: WatchdogOptions,
  { book, database }: Watch,
  hold: Hold,
  policy: WatchdogPolicy,
  watching: Watching,
): Promise<'ended' | 'nothing'> {
  if ((await decide(options, book, policy, watching, noOwners)).decision.do === 'hold') return 'nothing';
  const last = watching.looks.at(-1);
  if (last === undefined) return 'nothing';
  const owners = await readOwners(options.ports, last.snapshot, hold.signal);
  const { decision, page } = await decide(options, book, policy, watching, owners);
  if (decision.do === 'hold') return 'nothing';
  if (decision.do === 'propose') {
    await propose(options, book, page, policy, decision.targets);
    return 'nothing';
  }
  const { mode, targets } = decision;
  const action: WatchdogAction = {
    policy: policy.name,
    id: String(page.version + 1),
    serverAt: last.snapshot.at,
    targets: [...targets],
    load: loadOf(last),
    warnings: owners.warnings(targets),
  };
  if (mode === 'report') {
    await book.append(page, { type: 'watchdog.reported', ...action });
    return 'nothing';
  }
  const by = policyActor(policy);
  const { instance, logger } = options;
  const intent = { type: 'watchdog.intended', ...action, by, instance } as const;
  // An incident may have been opened since: then people are on it.
  const unlessOpen = dedupeKeyOf(database);
  if (!(await book.append(page, intent, { unlessOpen }))) return 'nothing';
  logger.info({ database, policy: policy.name, sessions: targets.length }, 'A watchdog policy ends sessions');
  const results = await endTargets(options, policy, targets, hold);
  if (results !== null) await conclude(book, policy, action, results);
  return 'ended';
}

async function decide(
  { state, guard, rehearsalMs }: WatchdogOptions,
  book: Book,
  policy: WatchdogPolicy,
  watching: Watching,
  owners: Owners,
): Promise<{ decision: WatchdogDecision; page: Page }> {
  const page = await book.read();
  const decision = decideWatchdog({
    policy,
    record: page.of(policy.name),
    watching,
    incident: await openIncidentOf({ state }, policy.terms.database),
    now: await state.now(),
    protection: guard,
    ownerOf: (session) => owners.of(session),
    ...(rehearsalMs === undefined ? {} : { rehearsalMs }),
  });
  return { decision, page };
}

async function openIncidentOf(
  { state }: Pick<WatchdogOptions, 'state'>,
  database: string,
): Promise<string | null> {
  return (await state.incidents.findOpen(dedupeKeyOf(database)))?.id ?? null;
}
