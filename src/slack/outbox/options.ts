import type { ActionClass } from '../../domain/actor.ts';
import type { IncidentDesk } from '../../engine/desk.ts';
import type { AuditDigests } from '../../ports/audit-digests.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Mutex } from '../../ports/state.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Watchdog } from '../../ports/watchdog.ts';
import type { Clerk } from '../documents/clerk.ts';
import type { Health } from '../health/health.ts';
import type { Illustrator } from '../pictures/illustrator.ts';
import type { Roster } from './roster.ts';
import type { OutboxTools } from './tools.ts';

/** What the outbox is made of. */
export interface OutboxOptions {
  readonly tools: OutboxTools;
  readonly desk: IncidentDesk;
  readonly digests: AuditDigests;
  readonly watchdog: Pick<Watchdog, 'policies'>;
  readonly mutex: Mutex;
  readonly clock: Clock;
  readonly health: Health;
  readonly actionClassOf: (stepKind: string) => ActionClass | null;
  /** Draws the pictures; null where there are none. */
  readonly illustrator: Illustrator | null;
  /** Puts post-mortems into the thread. */
  readonly clerk: Clerk;
  /** Who may decide, for the messages to name. */
  readonly roster: Roster;
  /** IANA name of the zone of the team, for pictures. */
  readonly timeZone: string;
  /** Is told of what is sent for which incident; left out, nobody is. */
  readonly telemetry?: Pick<Telemetry, 'during'> | undefined;
  /** Ends the outbox. */
  readonly signal: AbortSignal;
}
