import type { PostgresAccess } from '../../domain/access.ts';
import { FirebreakError, isFirebreakError, withSituation } from '../../domain/errors.ts';
import type { ReplicaStatus } from '../../domain/replica.ts';
import type { RelationReadout, ServerReadout } from '../../domain/server-readout.ts';
import { type Setting, type SettingChange, settingName } from '../../domain/setting.ts';
import type { SessionIdentity, Snapshot } from '../../domain/snapshot.ts';
import { ident } from '../../domain/sql-name.ts';
import type { RoleStatements, StatementStatistics } from '../../domain/statement.ts';
import type {
  PausedReplay,
  SettingChanged,
  SettingState,
  SignalGuard,
  SignalResult,
} from '../../ports/databases.ts';
import type { ConnectionHealth } from '../../ports/health.ts';
import { readAccess, tryBreakGlass } from './access.ts';
import type { SecretText, Settings } from './config.ts';
import { breakGlass, type Candidate, candidate } from './connect.ts';
import { isServerError } from './errors.ts';
import { type LastKnown, type Probe, withLastKnown } from './last-known.ts';
import { readRelations, readServer } from './readout.ts';
import type { RemedyPlace } from './remedies/create-remedies.ts';
import { onOwnConnection } from './remedies/worker.ts';
import { type ReplicaRow, toReplicaStatus } from './replica-row.ts';
import { mayNotResume } from './resuming.ts';
import {
  changeText,
  GRANTED_SETTING,
  maySetSql,
  refusal,
  type SettingRow,
  toSettingState,
} from './settings.ts';
import {
  type How,
  isTooVague,
  refusedAsVague,
  type SignalRow,
  signalParameters,
  toSignalResult,
} from './signalling.ts';
import { SnapshotHistory } from './snapshot-history.ts';
import { SnapshotRow } from './snapshot-row.ts';
import { aliveSql } from './sql/alive.ts';
import { probeSql } from './sql/l0.ts';
import { replicaStatusSql } from './sql/replica-status.ts';
import { resumeReplaySql } from './sql/resume-replay.ts';
import { readSettingSql } from './sql/setting.ts';
import { signalSql } from './sql/signal.ts';
import { snapshotSql } from './sql/snapshot.ts';
import { type SessionHealth, StandingSession } from './standing-session.ts';
import { readRoleStatements, readStatements } from './statements.ts';
import { toSnapshot } from './to-snapshot.ts';

/** One PostgreSQL server of the configuration. */
export interface ServerConfig {
  readonly database: string;
  /** `primary` or the name of a replica. */
  readonly server: string;
  readonly cores: number | null;
  readonly url: SecretText;
  readonly killUrl: SecretText | null;
  /** Connection of the last resort, or null. */
  readonly breakGlassUrl: SecretText | null;
}

type ProbeRow = Probe;
type AliveRow = { started: string; in_recovery: boolean; changed: boolean; positions: number[] };

/** A reading that took longer calls for the cheap probe before the next one. */
const SLOW_READING_MS = 500;

/** One server with its two standing sessions: one to read, and one to signal that a slow reading never blocks. */
export class Server {
  readonly #config: ServerConfig;
  readonly #settings: Settings;
  /** The way of the URL itself. */
  readonly #direct: Candidate;
  readonly #reading: StandingSession;
  readonly #signalling: StandingSession;
  #last: { startedAt: number; underWay: boolean; result: Promise<Snapshot> } | null = null;
  #lastTookMs = 0;
  #lastGood: Snapshot | null = null;
  readonly #history = new SnapshotHistory();

  constructor(config: ServerConfig, settings: Settings) {
    const { database, server } = config;
    const direct = candidate(config.url);
    const aside = candidate(config.url, 'postgres');
    const last = config.breakGlassUrl === null ? [] : [breakGlass(config.breakGlassUrl)];
    const signalling: [Candidate, ...Candidate[]] =
      config.killUrl === null ? [aside, direct, ...last] : [candidate(config.killUrl), direct, ...last];
    const reading: [Candidate, ...Candidate[]] = [direct, aside, ...last];
    this.#config = config;
    this.#settings = settings;
    this.#direct = direct;
    this.#reading = new StandingSession({ database, server, purpose: 'read' }, reading, settings);
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

  connections(): ConnectionHealth[] {
    return [this.#reading.connection(), this.#signalling.connection()];
  }

  /** The reading under way or begun less than the interval ago, else a new one. Of the failed ones a timeout is kept, because it was load. */
  snapshot(): Promise<Snapshot> {
    const last = this.#last;
    const now = performance.now();
    if (last !== null && (last.underWay || now - last.startedAt < this.#settings.snapshotIntervalMs))
      return last.result;
    const reading = { startedAt: now, underWay: true, result: this.#read() };
    this.#last = reading;
    reading.result.then(
      () => {
        reading.underWay = false;
      },
      (error: unknown) => {
        reading.underWay = false;
        const kept = error instanceof FirebreakError && error.code === 'database-timeout';
        if (this.#last === reading && !kept) this.#last = null;
      },
    );
    return reading.result;
  }

  /** Earlier readings of this server, oldest first, from memory. */
  history(): Snapshot[] {
    return this.#history.list();
  }

  async statements(queryIds: readonly string[]): Promise<StatementStatistics[] | null> {
    return queryIds.length === 0 ? [] : await readStatements(this.#reading, queryIds);
  }

  async roleStatements(): Promise<RoleStatements[] | null> {
    const { read } = await this.#inTarget(async () => ({ read: await readRoleStatements(this.#reading) }));
    return read;
  }

  /** What remedies need of it. */
  remedyPlace(): RemedyPlace {
    const { database, server, url } = this.#config;
    const direct = candidate(url);
    const place = { candidate: direct, settings: this.#settings, where: { database, server, ...direct } };
    return {
      role: this.#direct.role,
      inTarget: async (read) =>
        (await this.#inTarget(async () => ({ read: await read(this.#reading) }))).read,
      work: async (limits, work, signal) => await onOwnConnection(place, limits, { work, signal }),
    };
  }

  async replicaStatus(): Promise<ReplicaStatus> {
    const [row] = await this.#reading.query<ReplicaRow>(replicaStatusSql, []);
    if (row === undefined) throw this.#unexpected();
    return toReplicaStatus(this.#config.server, row);
  }

  async serverReadout(): Promise<ServerReadout> {
    return await this.#inTarget(async () => readServer(this.#reading));
  }

  async relationReadout(): Promise<RelationReadout> {
    return await this.#inTarget(async () => readRelations(this.#reading));
  }

  /** What the role may do and see here, for the doctor. */
  async access(): Promise<PostgresAccess> {
    const { server, breakGlassUrl } = this.#config;
    const read = await this.#inTarget(async () =>
      readAccess(this.#reading, { server, target: this.#direct.target }),
    );
    return { ...read, breakGlass: await tryBreakGlass(breakGlassUrl, this.#settings) };
  }

  /** Sends the guarded statement that resumes replay. */
  async resumeReplay({ startedAt, replayPosition }: PausedReplay): Promise<string> {
    const [row] = await this.#reading
      .query<{ verdict: string }>(resumeReplaySql, [startedAt, replayPosition])
      .catch((error: unknown) => {
        if (!isFirebreakError(error) || error.code !== 'database-permission') throw error;
        throw mayNotResume(error, this.#direct.role);
      });
    if (row === undefined) throw this.#unexpected();
    return row.verdict;
  }

  /** Sends the guarded statement for one backend. */
  async signal(identity: SessionIdentity, how: How, guard: SignalGuard): Promise<SignalResult> {
    if (isTooVague(identity, how)) return refusedAsVague(new Date());
    await this.#signalling.ready();
    const [row] = await this.#signalling
      .query<SignalRow>(signalSql, signalParameters(identity, how, guard))
      .catch((error: unknown) => Promise.reject(afterSending(error, identity, how)));
    if (row === undefined) throw this.#unexpected();
    return toSignalResult(row);
  }

  async alive(identities: readonly SessionIdentity[]): Promise<SessionIdentity[]> {
    if (identities.length === 0) return [];
    const [row] = await this.#signalling.query<AliveRow>(aliveSql, [
      identities.map(({ pid }) => pid),
      identities.map(({ backendStart }) => backendStart),
      identities.map(({ xactStart }) => xactStart),
      identities.map(({ serverStart }) => serverStart),
    ]);
    if (row === undefined) throw this.#unexpected();
    if (row.changed) throw await this.#changed(identities[0]?.serverStart ?? null, row);
    return row.positions.flatMap((position) => identities[position - 1] ?? []);
  }

  async readSetting(setting: Setting): Promise<SettingState> {
    const { name, role, database } = setting;
    const [row] = await this.#signalling.query<SettingRow>(readSettingSql, [name, role, database]);
    if (row === undefined) throw this.#unexpected();
    return toSettingState(row, setting, { own: this.#direct.role, maySet: await this.#maySet(setting, row) });
  }

  async #maySet({ name }: Setting, row: SettingRow): Promise<boolean> {
    if (name !== GRANTED_SETTING) return true;
    const [answer] = await this.#signalling.query<{ may: boolean }>(maySetSql(row), [name]);
    return answer?.may ?? false;
  }

  /** Sends the guarded change of one setting. */
  async changeSetting(change: SettingChange): Promise<SettingChanged> {
    await this.#signalling.ready();
    try {
      await this.#signalling.query(changeText(change), []);
      return 'changed';
    } catch (error) {
      // PostgreSQL's own errors say that nothing was changed.
      const refused = refusal(error);
      if (refused !== null) return refused;
      if (!isFirebreakError(error) || isServerError(error.cause)) throw error;
      throw withSituation(error, {
        unknown: [`Whether ${settingName(change.setting)} was changed: the answer was lost.`],
      });
    }
  }

  async #read(): Promise<Snapshot> {
    let probe = this.#lastTookMs > SLOW_READING_MS ? await this.#probe() : null;
    const startedAt = performance.now();
    try {
      const [answer] = await this.#reading.query<{ snapshot: unknown }>(snapshotSql, [
        this.#settings.guard.protectedAddresses,
      ]);
      const tookMs = Math.round(performance.now() - startedAt);
      const row = SnapshotRow.parse(answer?.snapshot);
      if (row.hidden > 0) throw this.#blind(row.hidden);
      const { database, server, cores } = this.#config;
      this.#lastGood = toSnapshot(row, { database, server, cores, tookMs });
      this.#history.add(this.#lastGood);
      return this.#lastGood;
    } catch (error) {
      if (!isFirebreakError(error) || error.code === 'database-permission') throw error;
      if (error.code === 'database-timeout' && this.#reading.isOpen) probe ??= await this.#probe();
      throw withLastKnown(error, this.#known(probe));
    } finally {
      this.#lastTookMs = performance.now() - startedAt;
    }
  }

  /** Reads what is of one database: a session that had to come in through another one would read that one's. */
  async #inTarget<T>(read: () => Promise<T | null>): Promise<T> {
    await this.#reading.ready();
    const { connectedTo } = this.#reading.health();
    if (connectedTo !== null && connectedTo !== this.#direct.target) throw this.#elsewhere(connectedTo);
    return (await read()) ?? Promise.reject(this.#unexpected());
  }

  #elsewhere(connectedTo: string): FirebreakError {
    const { database, server } = this.#config;
    return new FirebreakError(
      'database-full',
      `Firebreak is connected to database ${connectedTo} of ${database} (${server}), as ${this.#direct.target} had no slot for it.`,
      { hint: 'Try again when a connection slot is free; until then sessions are seen, and tables are not.' },
    );
  }

  /** Under load the counts come first: they are what is known if the full reading fails. Null when even they fail. */
  async #probe(): Promise<LastKnown['probe']> {
    const { database, server } = this.#config;
    const { logger } = this.#settings;
    const [row] = await this.#reading.query<ProbeRow>(probeSql, []).catch(() => []);
    if (row === undefined) return null;
    logger.info({ database, server, ...row }, 'The full reading is slow, the short probe is taken too.');
    return { counts: row, at: new Date() };
  }

  #known(probe: LastKnown['probe']): LastKnown {
    const { database, server } = this.#config;
    return {
      server: `${database} (${server})`,
      snapshot: this.#lastGood,
      probe,
      sessions: `to read ${this.#reading.describe()}; to signal ${this.#signalling.describe()}`,
      now: new Date(),
    };
  }

  /** Another server answers: it is said, and the session that is still on the former one is opened anew. */
  async #changed(planned: string | null, now: AliveRow): Promise<FirebreakError> {
    const { database, server } = this.#config;
    // A reading of a moment ago is one of the former server.
    this.#last = null;
    await this.#leaveFormerServer(now.started);
    const role = now.in_recovery ? ' and is in recovery, so it is a standby' : '';
    return new FirebreakError(
      'database-changed',
      `The server behind ${database} (${server}) changed: the one of the plan was started ${planned ?? 'at an unknown time'}, now one answers that was started ${now.started}${role}.`,
      {
        hint: 'Nothing is signalled on another server than the one that was read. A new plan is made on the server that answers now; look whether the failover is over and whether it was meant.',
        retryable: true,
        situation: {
          next: [
            {
              label: 'which server answers, and is it the primary (f) or a standby (t)',
              language: 'text',
              text: `psql ${this.#direct.address} -U ${this.#direct.role} -d postgres -c "SELECT pg_postmaster_start_time(), pg_is_in_recovery(), inet_server_addr()"`,
            },
          ],
        },
      },
    );
  }

  /** When the two sessions lead to different servers, the later one shows where the URL leads now. */
  async #leaveFormerServer(signalling: string): Promise<void> {
    const [row] = await this.#reading
      .query<{ started: string }>('SELECT pg_postmaster_start_time()::text AS started', [])
      .catch(() => []);
    if (row === undefined || row.started === signalling) return;
    const former = this.#reading.openedAt < this.#signalling.openedAt ? this.#reading : this.#signalling;
    former.renew();
    this.#last = null;
  }

  #blind(hidden: number): FirebreakError {
    const { database, server } = this.#config;
    return new FirebreakError(
      'database-permission',
      `Database ${database} (${server}) hides ${hidden} sessions of other roles from Firebreak.`,
      { hint: `Run GRANT pg_monitor, pg_signal_backend TO ${ident(this.#direct.role)}; as a superuser.` },
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

/** The connection was open, so the statement may have arrived: what came of it is not known. */
function afterSending(error: unknown, { pid }: SessionIdentity, how: How): unknown {
  if (!isFirebreakError(error) || !error.retryable) return error;
  return withSituation(error, {
    unknown: [`Whether pid ${pid} got the signal to ${how}: the answer was lost.`],
  });
}
