import type { FirebreakError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';

/**
 * `unreachable` Slack does not answer · `refused` it answers that it will not, which a person has to mend ·
 * `method` it answers, but fails at one method · `link` messages can be sent, but clicks cannot arrive.
 */
export type TroubleKind = 'unreachable' | 'refused' | 'method' | 'link';

/** What is wrong with Slack now. */
export interface Trouble {
  readonly kind: TroubleKind;
  readonly since: Date;
  readonly fault: FirebreakError;
}

/**
 * The one place that knows how Slack is: calls of the Web API and the link for clicks report here; the outbox, the log
 * and the health checks read it.
 */
export interface Health {
  /** Slack answered this method, be it with a refusal. */
  answered(method: string): void;
  /** Slack did not answer this method, or said that it failed itself. Holds back messages until a check succeeds. */
  unanswered(method: string, fault: FirebreakError): void;
  /** Something else suggests that Slack does not answer: holds back messages until a check succeeds. */
  doubt(): void;
  /** Slack will not let Firebreak work: token, scope or channel. Holds back messages until a check succeeds. */
  refused(fault: FirebreakError): void;
  /** A check of token, scopes and channel succeeded. */
  checked(): void;
  linkUp(): void;
  linkDown(fault: FirebreakError): void;
  /** How often Slack has answered anything. */
  answers(): number;
  /** Whether messages may be sent. */
  isOpen(): boolean;
  /** The worst that is known, once it is more than a moment's; null when all is well. */
  trouble(): Trouble | null;
  /** Whether nothing is wrong, not even for a moment. */
  isWell(): boolean;
  /** Tells of every change of `isOpen` and of every new fault. */
  onChange(listener: () => void): void;
}

/** The method that a check begins with: when it is not answered either, the trouble is Slack's and not one method's. */
const CHECK = 'auth.test';
/** A method that fails as often in a row is trouble of its own. */
const FAILURES = 3;
/** A method that has not failed for as long in milliseconds is no longer known to fail. */
const FORGET_MS = 90_000;
/** A link that is made again within this time in milliseconds was refreshed, not lost. */
const LINK_GRACE_MS = 5_000;

interface Failing {
  readonly since: Date;
  readonly last: Date;
  readonly failures: number;
  readonly fault: FirebreakError;
}

export function createHealth(clock: Clock): Health {
  const failing = new Map<string, Failing>();
  const listeners: (() => void)[] = [];
  let refusal: Trouble | null = null;
  let link: Trouble | null = null;
  let open = true;
  let answers = 0;

  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const earliest = (): Date =>
    new Date(Math.min(...[...failing.values()].map(({ since }) => since.getTime())));

  function forgetOld(): void {
    const now = clock.now().getTime();
    for (const [method, { last }] of failing) {
      if (open && now - last.getTime() > FORGET_MS) failing.delete(method);
    }
  }

  function methodTrouble(): Trouble | null {
    forgetOld();
    const check = failing.get(CHECK);
    if (check !== undefined) return { kind: 'unreachable', since: earliest(), fault: check.fault };
    const often = [...failing.values()].find(({ failures }) => failures >= FAILURES);
    return often === undefined ? null : { kind: 'method', since: often.since, fault: often.fault };
  }

  function trouble(): Trouble | null {
    const lost = link !== null && clock.now().getTime() - link.since.getTime() > LINK_GRACE_MS;
    return refusal ?? methodTrouble() ?? (lost ? link : null);
  }

  return {
    answered(method) {
      answers += 1;
      failing.delete(method);
    },
    unanswered(method, fault) {
      forgetOld();
      const now = clock.now();
      const { since = now, failures = 0 } = failing.get(method) ?? {};
      failing.set(method, { since, last: now, failures: failures + 1, fault });
      open = false;
      changed();
    },
    doubt() {
      open = false;
      changed();
    },
    refused(fault) {
      refusal = { kind: 'refused', since: refusal?.since ?? clock.now(), fault };
      failing.delete(CHECK);
      open = false;
      changed();
    },
    checked() {
      refusal = null;
      failing.delete(CHECK);
      open = true;
      changed();
    },
    linkUp() {
      link = null;
      changed();
    },
    linkDown(fault) {
      link = { kind: 'link', since: link?.since ?? clock.now(), fault };
      changed();
    },
    answers: () => answers,
    isOpen: () => open,
    trouble,
    isWell: () => open && link === null && trouble() === null,
    onChange: (listener) => void listeners.push(listener),
  };
}
