import type { Client, QueryResultRow } from 'pg';
import { createConnectionRecord } from '../../domain/connection-record.ts';
import { describeError, FirebreakError } from '../../domain/errors.ts';
import { formatCount, utcTime } from '../../domain/format.ts';
import type { ConnectionHealth } from '../../ports/health.ts';
import type { Settings } from './config.ts';
import { type Candidate, discard, endClient, openClient } from './connect.ts';
import { codeOf, explainError, isServerError, type Where } from './errors.ts';
import { forWalsender, type Parameter } from './literal.ts';

/** What a session is for; part of every log line about it. */
export interface SessionLabel {
  readonly database: string;
  readonly server: string;
  readonly purpose: 'read' | 'signal';
}

/** How one standing session is doing. */
export interface SessionHealth extends SessionLabel {
  readonly up: boolean;
  /** PostgreSQL database it is connected to, or null while it is down. */
  readonly connectedTo: string | null;
  /** Whether it came in as a walsender, because no slot was free. */
  readonly breakGlass: boolean;
  readonly problem: { code: string; message: string; hint: string } | null;
}

const BREAK_GLASS =
  'No slot was free: a standing session came in through the replication connection of the last resort.';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** A freed slot is taken by others within a second, so a full server is tried more often. */
const LONGEST_PAUSE_WHEN_FULL_MS = 500;

/**
 * A connection that is opened before it is needed and kept warm: when all slots are taken, it is the way in.
 *
 * Statements run one after another. A statement without an answer destroys the connection, because a later one would
 * queue behind it; PostgreSQL's own refusals keep it. A lost connection is re-opened in the background with growing
 * pauses, and at once when somebody asks.
 */
export class StandingSession {
  readonly #label: SessionLabel;
  readonly #candidates: readonly [Candidate, ...Candidate[]];
  readonly #settings: Settings;
  #client: Client | null = null;
  #place: Candidate;
  #problem: FirebreakError | null = null;
  #opening: Promise<Client> | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  readonly #record = createConnectionRecord();
  #stopped = true;
  #openedAt = 0;
  #downSince: Date | null = null;
  #tries = 0;

  /** The candidates are tried in order; the next one only when the server itself refused the one before. */
  constructor(label: SessionLabel, candidates: readonly [Candidate, ...Candidate[]], settings: Settings) {
    this.#label = label;
    this.#candidates = candidates;
    this.#settings = settings;
    this.#place = candidates[0];
  }

  /** Starts to keep the session open; resolves after the first try, whatever it gave. */
  async start(): Promise<void> {
    this.#stopped = false;
    await this.#connected().catch(() => {});
  }

  /** Closes the connection and stops tending it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#opening?.catch(() => {});
    const last = this.#client;
    this.#client = null;
    if (last !== null) await endClient(last);
  }

  /** Resolves when the connection is open. Throws FirebreakError when it cannot be opened. */
  async ready(): Promise<void> {
    await this.#connected();
  }

  /** Runs one statement with parameters, after those asked for before. Throws FirebreakError. */
  query<R extends QueryResultRow>(sql: string, values: readonly Parameter[]): Promise<R[]> {
    const result = this.#queue.then(() => this.#run<R>(sql, values));
    this.#queue = result.catch(() => {});
    return result;
  }

  get isOpen(): boolean {
    return this.#client !== null;
  }

  /** When the present connection was opened, by performance.now(). */
  get openedAt(): number {
    return this.#openedAt;
  }

  /** Gives the connection up and opens another one in the background: the URL may lead elsewhere by now. */
  renew(): void {
    const client = this.#client;
    if (client === null) return;
    this.#lost(client);
    discard(client);
  }

  /** How it is doing, in words, such as `closed since 14:38:05 UTC, tried 4 times`. */
  describe(): string {
    if (this.#client !== null)
      return this.#place.walsender ? 'open through the replication connection of the last resort' : 'open';
    const since = this.#downSince === null ? '' : ` since ${utcTime(this.#downSince)}`;
    const tries = this.#tries === 0 ? '' : `, tried ${formatCount(this.#tries, 'time')} since`;
    return `closed${since}${tries}; Firebreak goes on trying`;
  }

  health(): SessionHealth {
    const up = this.#client !== null;
    return {
      ...this.#label,
      up,
      connectedTo: up ? this.#place.target : null,
      breakGlass: up && this.#place.walsender,
      problem: this.#problem === null ? null : describeError(this.#problem),
    };
  }

  /** The same for the board of every connection. */
  connection(): ConnectionHealth {
    const { database, server, purpose } = this.#label;
    return { system: 'postgres', name: `${database} ${server}, to ${purpose}`, ...this.#record.read() };
  }

  async #run<R extends QueryResultRow>(sql: string, values: readonly Parameter[]): Promise<R[]> {
    const client = await this.#connected();
    try {
      return this.#place.walsender
        ? (await client.query<R>(forWalsender(sql, values))).rows
        : (await client.query<R>(sql, [...values])).rows;
    } catch (error) {
      const explained = explainError(error, this.#where(this.#place));
      const { logger } = this.#settings;
      logger.warn(
        { ...this.#label, code: explained.code, sqlState: codeOf(error) },
        'A statement on a monitored database failed.',
      );
      if (!isServerError(error)) {
        this.#problem = explained;
        this.#lost(client);
        discard(client);
      }
      throw explained;
    }
  }

  #connected(): Promise<Client> {
    if (this.#stopped) return Promise.reject(stoppedError(this.#label.database));
    if (this.#client !== null) return Promise.resolve(this.#client);
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #open(): Promise<Client> {
    const { logger, pingMs } = this.#settings;
    try {
      const client = await this.#openAny();
      this.#client = client;
      this.#openedAt = performance.now();
      this.#record.up(new Date());
      this.#downSince = null;
      this.#tries = 0;
      client.once('end', () => this.#lost(client));
      if (this.#problem !== null) {
        logger.info({ ...this.#label, target: this.#place.target }, 'A standing session is open again.');
      }
      this.#problem = null;
      this.#pauseMs = FIRST_PAUSE_MS;
      this.#schedule(pingMs);
      return client;
    } catch (error) {
      this.#downSince ??= new Date();
      this.#tries += 1;
      this.#problem = explainError(error, this.#where(this.#candidates[0]));
      this.#record.down(this.#problem, new Date());
      logger.warn(
        { ...this.#label, ...describeError(this.#problem), retryInMs: this.#pauseMs },
        'A standing session cannot be opened.',
      );
      this.#schedule(this.#pauseMs);
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPause(this.#problem));
      throw this.#problem;
    }
  }

  async #openAny(): Promise<Client> {
    const failures: FirebreakError[] = [];
    for (const candidate of this.#candidates) {
      // The last resort is for a full server only, and not for a wrong password.
      if (candidate.walsender && failures.some(({ code }) => code !== 'database-full')) continue;
      try {
        const client = await openClient(candidate, this.#settings);
        this.#place = candidate;
        if (candidate.walsender) this.#settings.logger.warn(this.#label, BREAK_GLASS);
        return client;
      } catch (error) {
        failures.push(explainError(error, this.#where(candidate)));
        if (!isServerError(error)) break;
      }
    }
    throw failures[0];
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    this.#record.down(this.#problem, new Date());
    this.#downSince = new Date();
    this.#schedule(this.#pauseMs);
  }

  #schedule(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => this.#tend(), ms);
  }

  /** Pings the open session, or tries to open it again; a session that is lost schedules the next try by itself. */
  #tend(): void {
    const care: Promise<unknown> =
      this.#client === null
        ? this.#connected()
        : this.#place.walsender
          ? this.#leaveBreakGlass()
          : this.query('SELECT 1', []);
    const pingLater = () => this.#schedule(this.#settings.pingMs);
    // PostgreSQL may refuse a ping, such as after its timeout, and the session is open all the same.
    care.then(pingLater, () => {
      if (this.#client !== null) pingLater();
    });
  }

  /** Goes back to an ordinary connection as soon as there is a slot, between two statements. */
  async #leaveBreakGlass(): Promise<void> {
    for (const candidate of this.#candidates.filter(({ walsender }) => !walsender)) {
      const client = await openClient(candidate, this.#settings).catch(() => null);
      if (client === null) continue;
      const change = this.#queue.then(() => this.#replace(client, candidate));
      this.#queue = change;
      return await change;
    }
    await this.query('SELECT 1', []);
  }

  #replace(client: Client, candidate: Candidate): void {
    const former = this.#client;
    if (this.#stopped || former === null) {
      discard(client);
      return;
    }
    this.#client = client;
    this.#place = candidate;
    this.#openedAt = performance.now();
    client.once('end', () => this.#lost(client));
    discard(former);
    this.#settings.logger.info(
      { ...this.#label, target: candidate.target },
      'A standing session left the replication connection of the last resort.',
    );
  }

  #where(candidate: Candidate): Where {
    const { database, server } = this.#label;
    const { role, target, address } = candidate;
    return { database, server, role, target, address };
  }
}

function longestPause(problem: FirebreakError): number {
  return problem.code === 'database-full' ? LONGEST_PAUSE_WHEN_FULL_MS : LONGEST_PAUSE_MS;
}

function stoppedError(database: string): FirebreakError {
  return new FirebreakError('database-unreachable', `The sessions of database ${database} are closed.`, {
    hint: 'Firebreak is stopping, or was not started.',
  });
}
