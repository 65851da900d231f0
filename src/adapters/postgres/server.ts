import { FirebreakError } from '../../domain/errors.ts';
import type { SessionIdentity, Snapshot } from '../../domain/snapshot.ts';
import type { ReplicaStatus, SignalGuard, SignalResult } from '../../ports/databases.ts';
import type { Settings } from './config.ts';
import { type Candidate, candidate } from './connect.ts';
import { ident } from './errors.ts';
import {
  type How,
  isTooVague,
  refusedAsVague,
  type SignalRow,
  signalParameters,
  toSignalResult,
} from './signalling.ts';
import { SnapshotRow } from './snapshot-row.ts';
import { aliveSql } from './sql/alive.ts';
import { probeSql } from './sql/l0.ts';
import { replicaStatusSql } from './sql/replica-status.ts';
import { signalSql } from './sql/signal.ts';
import { snapshotSql } from './sql/snapshot.ts';
import { type SessionHealth, StandingSession } from './standing-session.ts';
import { toSnapshot } from './to-snapshot.ts';

/** One PostgreSQL server of the configuration. */
export interface ServerConfig {
  readonly database: string;
  /** `primary` or the name of a replica. */
  readonly server: string;
  readonly cores: number | null;
  readonly url: string;
  readonly killUrl: string | null;
}

type ReplicaRow = {
  in_recovery: boolean;
  replay_paused: boolean;
  replay_bytes: number | null;
  replay_seconds: number | null;
};
type ProbeRow = { busy: number; on_cpu: number; lock_waiting: number; oldest_seconds: number | null };

/** A reading that took longer calls for the cheap probe before the next one. */
const SLOW_READING_MS = 500;

/** One server with its two standing sessions: one to read, and one to signal that a slow reading never blocks. */
export class Server {
  readonly #config: ServerConfig;
  readonly #settings: Settings;
  readonly #role: string;
  readonly #reading: StandingSession;
  readonly #signalling: StandingSession;
  #last: { startedAt: number; result: Promise<Snapshot> } | null = null;
  #lastTookMs = 0;

  constructor(config: ServerConfig, settings: Settings) {
    const { database, server } = config;
    const direct = candidate(config.url);
    const aside = candidate(config.url, 'postgres');
    const signalling: [Candidate, ...Candidate[]] =
      config.killUrl === null ? [aside, direct] : [candidate(config.killUrl), direct];
    this.#config = config;
    this.#settings = settings;
    this.#role = direct.role;
    this.#reading = new StandingSession({ database, server, purpose: 'read' }, [direct, aside], settings);
    this.#signalling = new StandingSession({ database, server, purpose: 'signal' }, signalling, settings);
  }

  async start(): Promise<void> {
    await Promise.all([this.#reading.start(), this.#signalling.start()]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#reading.stop(), this.#signalling.stop()]);
  }

  health(): SessionHealth[] {
    return [this.#reading.health(), this.#signalling.health()];
  }

  /** The reading under way or made less than the interval ago, else a new one. Of the failed ones a timeout is kept, because it was load. */
  snapshot(): Promise<Snapshot> {
    const last = this.#last;
    const now = performance.now();
    if (last !== null && now - last.startedAt < this.#settings.snapshotIntervalMs) return last.result;
    const result = this.#read().catch((error: unknown) => {
      const kept = error instanceof FirebreakError && error.code === 'database-timeout';
      if (this.#last?.result === result && !kept) this.#last = null;
      throw error;
    });
    this.#last = { startedAt: now, result };
    return result;
  }

  async replicaStatus(): Promise<ReplicaStatus> {
    const [row] = await this.#reading.query<ReplicaRow>(replicaStatusSql, []);
    if (row === undefined) throw this.#unexpected();
    return {
      replica: this.#config.server,
      inRecovery: row.in_recovery,
      replayPaused: row.replay_paused,
      replayBytes: row.replay_bytes,
      replaySeconds: row.replay_seconds,
    };
  }

  /** Sends the guarded statement for one backend. */
  async signal(identity: SessionIdentity, how: How, guard: SignalGuard): Promise<SignalResult> {
    if (isTooVague(identity, how)) return refusedAsVague(new Date());
    const [row] = await this.#signalling.query<SignalRow>(signalSql, signalParameters(identity, how, guard));
    if (row === undefined) throw this.#unexpected();
    return toSignalResult(row);
  }

  async alive(identities: readonly SessionIdentity[]): Promise<SessionIdentity[]> {
    if (identities.length === 0) return [];
    const rows = await this.#signalling.query<{ position: number }>(aliveSql, [
      identities.map(({ pid }) => pid),
      identities.map(({ backendStart }) => backendStart),
      identities.map(({ xactStart }) => xactStart),
    ]);
    return rows.flatMap(({ position }) => identities[position - 1] ?? []);
  }

  async #read(): Promise<Snapshot> {
    const probe = this.#lastTookMs > SLOW_READING_MS ? await this.#probe() : null;
    const startedAt = performance.now();
    try {
      const [answer] = await this.#reading.query<{ snapshot: unknown }>(snapshotSql, []);
      const tookMs = Math.round(performance.now() - startedAt);
      const row = SnapshotRow.parse(answer?.snapshot);
      if (row.hidden > 0) throw this.#blind(row.hidden);
      const { database, server, cores } = this.#config;
      return toSnapshot(row, { database, server, cores, tookMs });
    } catch (error) {
      throw probe === null ? error : withProbe(error, probe);
    } finally {
      this.#lastTookMs = performance.now() - startedAt;
    }
  }

  /** Under load the counts come first: they are what is known if the full reading then fails. */
  async #probe(): Promise<string> {
    const [row] = await this.#reading.query<ProbeRow>(probeSql, []);
    const { database, server } = this.#config;
    this.#settings.logger.info(
      { database, server, ...row },
      'The last reading was slow, the short probe comes first.',
    );
    if (row === undefined) return '';
    const oldest =
      row.oldest_seconds === null ? '' : `, oldest transaction ${Math.round(row.oldest_seconds)} s`;
    return `${row.busy} busy sessions, ${row.on_cpu} on CPU, ${row.lock_waiting} waiting for locks${oldest}`;
  }

  #blind(hidden: number): FirebreakError {
    const { database, server } = this.#config;
    return new FirebreakError(
      'database-permission',
      `Database ${database} (${server}) hides ${hidden} sessions of other roles from Firebreak.`,
      { hint: `Run GRANT pg_monitor, pg_signal_backend TO ${ident(this.#role)}; as a superuser.` },
    );
  }

  #unexpected(): FirebreakError {
    const { database, server } = this.#config;
    return new FirebreakError(
      'database-error',
      `Database ${database} (${server}) answered a statement with no row.`,
      {
        hint: 'Check that the URL leads to PostgreSQL itself and not to a proxy.',
      },
    );
  }
}

function withProbe(error: unknown, probe: string): unknown {
  if (!(error instanceof FirebreakError)) return error;
  const { code, hint, retryable } = error;
  return new FirebreakError(code, `${error.message} A short probe just before counted ${probe}.`, {
    hint,
    retryable,
    cause: error,
  });
}
