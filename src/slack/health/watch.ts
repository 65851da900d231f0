import { FirebreakError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SlackLogger } from '../bot.ts';
import type { Health, Trouble } from './health.ts';
import { backWords, type Meanwhile, troubleWords } from './words.ts';

/** Seconds of trouble after which it is told; after the last, once in each such span. */
const TELL_AT_S = [0, 60, 300, 900, 3600] as const;
/** Milliseconds between two checks while Slack does not answer, growing; the last one stays. */
const CHECK_PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const;
/** What a person has to mend is looked at less often in the end. */
const LAST_REFUSED_PAUSE_MS = 30_000;
/** Trouble is over when there was none for as long in milliseconds: what comes and goes is told as one. */
const CALM_MS = 3_000;
/** Milliseconds between two looks while there is trouble. */
const TICK_MS = 1_000;

export interface WatchOptions {
  readonly health: Health;
  /** Checks token, scopes and channel. Throws FirebreakError. */
  readonly check: () => Promise<unknown>;
  readonly meanwhile: () => Promise<Meanwhile>;
  readonly clock: Clock;
  readonly logger: SlackLogger;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Watches while Slack is in trouble: checks by itself whether it is back, so that nothing else has to try, and says in
 * the log what is wrong, sparsely, and when it is over.
 */
export function watchHealth(options: WatchOptions): void {
  const { health, logger, signal } = options;
  let watching = false;
  function begin(): void {
    if (watching || signal.aborted || health.isWell()) return;
    watching = true;
    watch(options).then(
      () => {
        watching = false;
        // Trouble that came while this one ended was told to nobody.
        begin();
      },
      (error: unknown) => {
        watching = false;
        if (!signal.aborted) logger.error({ err: error }, 'The watch over Slack failed');
      },
    );
  }
  health.onChange(begin);
}

/** Until there is no trouble. Rejects when the signal aborts. */
async function watch(options: WatchOptions): Promise<void> {
  const { health, clock, signal } = options;
  const teller = createTeller(options);
  let checks = 0;
  let checkAt = clock.steady() + CHECK_PAUSES_MS[0];
  for (;;) {
    const over = await teller.tell(health.trouble());
    if (over && health.isWell()) return;
    await clock.sleep(TICK_MS, signal);
    if (health.isOpen() || clock.steady() < checkAt) continue;
    await checkOnce(options);
    checks += 1;
    checkAt = clock.steady() + pauseAfter(checks, health.trouble());
  }
}

/** The calls of the check report to health themselves whether they were answered. */
async function checkOnce({ check, health }: WatchOptions): Promise<void> {
  try {
    await check();
    health.checked();
  } catch (error) {
    if (error instanceof FirebreakError && !error.retryable) health.refused(error);
  }
}

function pauseAfter(checks: number, trouble: Trouble | null): number {
  const pauses = trouble?.kind === 'refused' ? [...CHECK_PAUSES_MS, LAST_REFUSED_PAUSE_MS] : CHECK_PAUSES_MS;
  return pauses[Math.min(checks, pauses.length - 1)] ?? LAST_REFUSED_PAUSE_MS;
}

function createTeller({ health, meanwhile, clock, logger }: WatchOptions) {
  let told: { kinds: ReadonlySet<string>; since: Date; times: number } | null = null;
  let lastAt = 0;

  async function tellOver(now: number): Promise<boolean> {
    if (told === null) return true;
    if (!health.isWell()) lastAt = now;
    if (now - lastAt < CALM_MS) return false;
    const awayMs = lastAt - told.since.getTime();
    told = null;
    logger.info({ awayMs }, backWords(awayMs, (await meanwhile()).waiting));
    return true;
  }

  return {
    /** Whether nothing is left to tell. */
    async tell(trouble: Trouble | null): Promise<boolean> {
      const now = clock.now().getTime();
      if (trouble === null) return await tellOver(now);
      lastAt = now;
      const { fault } = trouble;
      const kind = `${trouble.kind} ${fault.code}`;
      const kinds = told?.kinds ?? new Set<string>();
      const since = told !== null && told.since < trouble.since ? told.since : trouble.since;
      const awayMs = now - since.getTime();
      if (kinds.has(kind) && awayMs < tellAtMs(told?.times ?? 0)) return false;
      told = { kinds: new Set([...kinds, kind]), since, times: nextTimes(awayMs) };
      logger.error({ code: fault.code, awayMs }, troubleWords(trouble, awayMs, await meanwhile()));
      return false;
    },
  };
}

/** When the telling of this number, from 0, is due. */
function tellAtMs(times: number): number {
  const last = TELL_AT_S.length - 1;
  const seconds = times <= last ? (TELL_AT_S[times] ?? 0) : (TELL_AT_S[last] ?? 0) * (times - last + 1);
  return seconds * 1000;
}

/** The number of the first telling that is due later than now. */
function nextTimes(awayMs: number): number {
  let times = 0;
  while (tellAtMs(times) <= awayMs) times += 1;
  return times;
}
