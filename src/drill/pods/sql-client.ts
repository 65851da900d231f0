import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { SqlProgram, withTags } from '../stage/sql-program.ts';
import { fromPodAddress } from './pod-socket.ts';

/**
 * A program whose database work is data: the environment's PROGRAM says what each of its sessions does. Each error goes
 * to stdout as `error <SQLSTATE> <message>`. It ends when its stdin ends, and takes no notice of SIGTERM, so that a
 * deleted pod leaves its queries running on the server, as in real life.
 */
const program = SqlProgram.parse(JSON.parse(process.env.PROGRAM ?? '{}'));
const RECONNECT_MS = 300;

async function runSession(number: number): Promise<void> {
  await delay(program.staggerMs * (number - 1));
  let { steps } = program;
  for (;;) {
    try {
      await work(number, steps);
      return;
    } catch (error) {
      tell(error);
      if (program.onError === 'exit') throw error;
      // Nobody opens it again, and the program goes on as if it were there.
      if (program.onError === 'forget') return new Promise(() => undefined);
      if (program.onError === 'hold') steps = [];
      await delay(RECONNECT_MS);
    }
  }
}

function tell(error: unknown): void {
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  console.log(`error ${code ?? 'connection'} ${error instanceof Error ? error.message : String(error)}`);
}

async function work(number: number, steps: typeof program.steps): Promise<void> {
  const client = new pg.Client({
    connectionString: process.env.DATABASE_URL,
    application_name: program.application,
    keepAlive: true,
    ...fromPodAddress(process.env.SOURCE_ADDRESS),
  });
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined);
  client.on('error', lost.reject);
  await client.connect();
  try {
    do {
      for (const step of steps) {
        await (typeof step === 'string'
          ? query(client, withTags(step.replaceAll('{n}', String(number)), program.tags))
          : Promise.race([delay(step.pauseMs), lost.promise]));
      }
    } while (program.afterwards === 'repeat' && steps.length > 0);
    if (program.afterwards === 'hold' || steps.length === 0) await lost.promise;
  } finally {
    client.end().catch(() => undefined);
  }
}

/** A refused statement leaves the session as it is; a lost connection does not. */
async function query(client: pg.Client, sql: string): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    const kept = error instanceof pg.DatabaseError && error.severity === 'ERROR';
    if (program.onError !== 'continue' || !kept) throw error;
    tell(error);
  }
}

process.stdin.resume().once('end', () => process.exit(0));
const sessions = Array.from({ length: program.sessions }, (_, index) => runSession(index + 1));
const results = await Promise.allSettled(sessions);
process.exit(results.some(({ status }) => status === 'rejected') ? 1 : 0);
