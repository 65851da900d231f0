import type { webApi } from '@slack/bolt';
import type { IncidentDesk } from '../../engine/desk.ts';
import type { Audits } from '../../ports/audits.ts';
import type { Charts } from '../../ports/charts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Doctor } from '../../ports/doctor.ts';
import type { Drills } from '../../ports/drills.ts';
import type { Fetch } from '../../ports/http.ts';
import type { LiveReadings } from '../../ports/live.ts';
import type { ChatMessages } from '../../ports/state.ts';
import type { Watchdog } from '../../ports/watchdog.ts';
import type { Identity } from '../app/preflight.ts';
import type { SlackLogger } from '../bot.ts';
import type { Arrivals } from '../doctor/arrivals.ts';
import type { Home } from '../home/home.ts';
import type { People } from './people.ts';

/** What every listener works with. */
export interface ListenerContext {
  readonly desk: IncidentDesk;
  readonly live: LiveReadings;
  readonly audits: Audits;
  readonly doctor: Doctor;
  readonly watchdog: Watchdog;
  readonly drills: Pick<Drills, 'recent'>;
  /** Draws pictures; null where there are none. */
  readonly charts: Charts | null;
  /** IANA name of the zone of the team. */
  readonly timeZone: string;
  readonly clock: Clock;
  /** Told of everything that Slack sends. */
  readonly arrivals: Arrivals;
  readonly home: Home;
  readonly messages: ChatMessages;
  readonly client: webApi.WebClient;
  readonly fetch: Fetch;
  readonly identity: Identity;
  readonly people: People;
  /** The incident channel. */
  readonly channel: string;
  readonly logger: SlackLogger;
}
