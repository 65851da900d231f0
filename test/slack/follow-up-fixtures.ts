import type { DomainEvent } from '../../src/domain/event.ts';
import { foldFollowUps, noFollowUps } from '../../src/domain/follow-up-record.ts';
import type { FollowUpChange, FollowUpDesk, FollowUpWish } from '../../src/engine/desk-follow-ups.ts';

/** Follow-ups as the test writes them, and what was asked of them. */
export interface ScriptedFollowUps extends FollowUpDesk {
  /** What happened, each with its time. */
  events: readonly (readonly [at: string, event: DomainEvent])[];
  today: string;
  readonly added: FollowUpWish[];
  readonly changed: FollowUpChange[];
  /** Why a wish is refused, or null. */
  refusal: string | null;
}

export function createScriptedFollowUps(): ScriptedFollowUps {
  return {
    events: [],
    today: '2026-11-30',
    audits: ['statement-timeout', 'resource-quota'],
    added: [],
    changed: [],
    refusal: null,
    async view() {
      const record = this.events.reduce(
        (folded, [at, event]) => foldFollowUps(folded, { at, event }),
        noFollowUps,
      );
      return { ...record, today: this.today };
    },
    async add(wish) {
      if (this.refusal !== null) return { status: 'refused', message: this.refusal };
      this.added.push(wish);
      const event = { ...followUpAdded('FU-9'), ...wish, proofs: [...wish.proofs] };
      const [followUp] = foldFollowUps(noFollowUps, { at: AT, event }).items;
      if (followUp === undefined) throw new Error('Nothing was added.');
      return { status: 'added', followUp };
    },
    async take() {
      return this.refusal;
    },
    async change(wish) {
      this.changed.push(wish);
      return this.refusal;
    },
  };
}

const AT = '2026-11-15T15:00:00.000Z';

/** An action item of the post-mortem of INC-12, held by the audit of timeouts. */
export function followUpAdded(id: string) {
  return {
    type: 'follow-up.added',
    id,
    text: 'Set a statement_timeout for the role (role report)',
    database: 'orders',
    proofs: [{ audit: 'statement-timeout', subject: 'role report' }],
    incident: 'INC-12',
    owner: null,
    due: null,
    by: { kind: 'system' },
  } as const satisfies DomainEvent;
}
