import { Client, type QueryResultRow } from 'pg';
import { createConnectionRecord } from '../../domain/connection-record.ts';
import { describeError, FirebreakError } from '../../domain/errors.ts';
import type { ConnectionHealth } from '../../ports/health.ts';
import type { PoolersOptions, SecretText } from './config.ts';
import { explainError, isRefusal, type Where } from './errors.ts';
import { type Statement, textOf } from './statement.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** Milliseconds that PgBouncer has to answer a farewell. */
const FAREWELL_MS = 500;

/** Where the console is, read from its URL. Throws `bad-config`. */
export function consoleOf(url: string): { url: string; user: string; address: string } {
  const parsed = URL.parse(url);
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw new FirebreakError('bad-config', 'The connection URL of a PgBouncer cannot be read.', {
      hint: 'Write postgresql://user:password@host:6432/pgbouncer, with special characters percent-encoded.',
    });
  }
  parsed.pathname = '/pgbouncer';
  const host = parsed.searchParams.get('host') ?? parsed.hostname;
  const port = parsed.searchParams.get('port') ?? (parsed.port || '6432');
  parsed.port = parsed.port || '6432';
  return {
    url: parsed.toString(),
    user: decodeURIComponent(parsed.username),
    address: `-h ${host} -p ${port}`,
  };
}

/**
 * A session with the console of one PgBouncer, opened before it is needed and kept: the console answers when
 * PostgreSQL is full and when max_client_conn is reached (measured). Statements run one after another and without
 * parameters. One without an answer destroys the session; it is opened again in the background and at the next use.
 */
export class ConsoleSession {
  readonly #url: SecretText;
  readonly #where: Where;
  readonly #options: Required<PoolersOptions>;
  #client: Client | null = null;
  #opening: Promise<Client> | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #stopped = true;
  #failed = false;
  readonly #record = createConnectionRecord();

  constructor(url: SecretText, where: Where, options: Required<PoolersOptions>) {
    this.#url = url;
    this.#where = where;
    this.#options = options;
  }

  /** Starts to keep the session open; resolves after the first try, whatever it gave. */
  async start(): Promise<void> {
    this.#stopped = false;
    await this.#connected().catch(() => {});
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#opening?.catch(() => {});
    const last = this.#client;
    this.#client = null;
    if (last !== null) await endClient(last);
  }

  /** Runs one statement, after those asked for before. Throws FirebreakError. */
  ask<R extends QueryResultRow>(statement: Statement): Promise<R[]> {
    const answer = this.#queue.then(async () => await this.#run<R>(textOf(statement)));
    this.#queue = answer.catch(() => {});
    return answer;
  }

  connection(): ConnectionHealth {
    const { database, pooler } = this.#where;
    return { system: 'pgbouncer', name: `${pooler} before ${database}`, ...this.#record.read() };
  }

  async #run<R extends QueryResultRow>(text: string): Promise<R[]> {
    const client = await this.#connected();
    try {
      return (await client.query<R>(text)).rows;
    } catch (error) {
      const explained = explainError(error, this.#where);
      this.#warn(explained, 'A statement on the console of a PgBouncer failed.');
      if (!isRefusal(error)) {
        this.#record.down(explained, new Date());
        this.#lost(client);
        void endClient(client);
      }
      throw explained;
    }
  }

  #connected(): Promise<Client> {
    if (this.#stopped) return Promise.reject(explainError(new Error('its session is closed'), this.#where));
    if (this.#client !== null) return Promise.resolve(this.#client);
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #open(): Promise<Client> {
    const { deadlineMs, pingMs, logger } = this.#options;
    const client = new Client({
      connectionString: consoleOf(this.#url.reveal()).url,
      application_name: 'firebreak',
      connectionTimeoutMillis: deadlineMs,
      query_timeout: deadlineMs,
      keepAlive: true,
    });
    // A lost connection is noticed by whoever uses it next; without a listener it would end the process.
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (error) {
      void endClient(client);
      const explained = explainError(error, this.#where);
      this.#failed = true;
      this.#record.down(explained, new Date());
      this.#warn(explained, 'The console of a PgBouncer cannot be opened.');
      this.#schedule(this.#pauseMs);
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
      throw explained;
    }
    this.#client = client;
    this.#record.up(new Date());
    client.once('end', () => this.#lost(client));
    if (this.#failed) logger.info({ ...this.#label() }, 'The console of a PgBouncer is open again.');
    this.#failed = false;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#schedule(pingMs);
    return client;
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    this.#record.down(null, new Date());
    this.#failed = true;
    this.#schedule(this.#pauseMs);
  }

  #schedule(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => this.#tend(), ms);
  }

  /** Asks the open session something small, or opens it again; a failure schedules the next try by itself. */
  #tend(): void {
    const care: Promise<unknown> = this.#client === null ? this.#connected() : this.ask({ show: 'VERSION' });
    care.then(
      () => this.#schedule(this.#options.pingMs),
      () => {},
    );
  }

  #label() {
    return { database: this.#where.database, pooler: this.#where.pooler };
  }

  #warn(error: FirebreakError, message: string): void {
    this.#options.logger.warn({ ...this.#label(), ...describeError(error) }, message);
  }
}

async function endClient(client: Client): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), FAREWELL_MS);
  try {
    await client.end();
  } catch {
    // It is gone either way.
  } finally {
    clearTimeout(timer);
  }
}
