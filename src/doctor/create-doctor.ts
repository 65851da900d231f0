import type { AccessKind, AccessOf } from '../domain/access.ts';
import type { Remedy } from '../domain/audit.ts';
import type { DoctorReport, DoctorResult } from '../domain/doctor.ts';
import { describeError, FirebreakError, isFirebreakError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Doctor } from '../ports/doctor.ts';
import type { Check, CheckSpec, Verdict } from './check.ts';
import { isConnection } from './registry.ts';

/** Something to look at, and how. */
export type Subject = {
  [K in AccessKind]: {
    readonly kind: K;
    /** Such as `orders-primary, primary`. */
    readonly name: string;
    /** Milliseconds after which it counts as dead, where it is not as usual. */
    readonly timeoutMs?: number;
    /** Reads once everything that its checks need. Throws FirebreakError when it cannot be reached. */
    readonly read: (signal: AbortSignal) => Promise<AccessOf[K]>;
  };
}[AccessKind];

export interface DoctorOptions {
  readonly checks: readonly Check[];
  /** Asked anew at each run. */
  readonly subjects: () => readonly Subject[];
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds after which a system counts as dead; 15 s unless told. */
  readonly timeoutMs?: number;
}

/** Longer than any connection attempt, so that its own words arrive first. */
const TIMEOUT_MS = 15_000;

/** Looks at everything at the same time; a system that does not answer is one result and not twenty. */
export function createDoctor({ checks, subjects, clock, timeoutMs = TIMEOUT_MS }: DoctorOptions): Doctor {
  return {
    async run(signal): Promise<DoctorReport> {
      signal.throwIfAborted();
      const results = await Promise.all(
        subjects().map(async (subject) => examine(subject, { checks, signal, timeoutMs })),
      );
      signal.throwIfAborted();
      const all = results.flat();
      return {
        at: clock.now().toISOString(),
        ok: all.every(({ status }) => status !== 'missing'),
        results: all,
      };
    },
  };
}

type Read = (signal: AbortSignal) => Promise<AccessOf[AccessKind]>;

interface Examination {
  readonly checks: readonly Check[];
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

async function examine(
  subject: Subject,
  { checks, signal, timeoutMs }: Examination,
): Promise<DoctorResult[]> {
  const own = checks.filter(({ kind }) => kind === subject.kind);
  try {
    const access = await within(subject.timeoutMs ?? timeoutMs, signal, subject.read as Read);
    return own.flatMap((check) => judge(check as CheckSpec<AccessKind>, access, subject.name));
  } catch (error) {
    signal.throwIfAborted();
    const { message, hint } = describeError(error);
    const remedy = { text: hint, commands: nextOf(error) };
    return own.filter(isConnection).map((check) => ({
      ...describe(check, subject.name),
      status: 'missing',
      found: own.length === 1 ? message : `${sentence(message)} Its other checks were not made.`,
      remedy,
    }));
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The lines for a terminal that an error brings. */
function nextOf(error: unknown): Remedy['commands'] {
  return isFirebreakError(error) ? (error.situation?.next ?? []) : [];
}

/** A reading that outlives its time is left to end alone. */
async function within<T>(
  ms: number,
  signal: AbortSignal,
  read: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
  const late = Promise.withResolvers<never>();
  const give = () => late.reject(signal.aborted ? signal.reason : noAnswer(ms));
  limit.addEventListener('abort', give, { once: true });
  try {
    return await Promise.race([read(limit), late.promise]);
  } finally {
    limit.removeEventListener('abort', give);
  }
}

function noAnswer(ms: number): FirebreakError {
  return new FirebreakError('no-answer', `It did not answer within ${ms / 1_000} s.`, {
    hint: 'Check that it runs, and that the network and its firewall let Firebreak through.',
  });
}

function describe(check: Check, subject: string) {
  const { id, kind, title, purpose, without } = check;
  return { check: `${kind}/${id}`, kind, subject, title, purpose, without };
}

function judge<K extends AccessKind>(
  check: CheckSpec<K>,
  access: AccessOf[K],
  subject: string,
): DoctorResult[] {
  const verdicts = check.check(access);
  const list: readonly Verdict[] = Array.isArray(verdicts) ? verdicts : [verdicts as Verdict];
  return list.map((verdict) => ({
    ...describe(check as Check, subject),
    status: verdict.status,
    found: verdict.found,
    ...('without' in verdict ? { without: verdict.without } : {}),
    remedy: 'remedy' in verdict ? verdict.remedy : null,
  }));
}
