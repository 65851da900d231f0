import pg from 'pg';
import { fromPodAddress } from './pod-socket.ts';
import { readStagingOnReplica } from './replica-reader.ts';
import { reportStatement } from './report-statement.ts';

/**
 * The batch job that causes the outage: each of its sessions runs the report on the primary. A session that is
 * cancelled or terminated is logged; when all are done and one failed the exit code is 1, so that the Job's controller
 * starts it again. It does not handle SIGTERM: a deleted pod leaves its queries running on the server, as in real life.
 */
const sessions = Number(process.env.SESSIONS ?? 2);
const statement = reportStatement({
  application: 'report-generator',
  cronjob: process.env.CRON_JOB,
  job: process.env.JOB_NAME,
  pod: process.env.POD_NAME,
  route: 'product-revenue',
});

async function runReport(session: number): Promise<void> {
  const client = new pg.Client({
    connectionString: primary,
    application_name: 'report-generator',
    // Compiling with LLVM cannot be interrupted, and a kill in the drill shall take effect at once.
    options: '-c work_mem=64MB -c jit=off -c max_parallel_workers_per_gather=0',
    ...fromPodAddress(process.env.SOURCE_ADDRESS),
  });
  client.on('error', () => {});
  await client.connect();
  console.log(`report session ${session}: started`);
  try {
    await client.query(statement);
    console.log(`report session ${session}: finished`);
  } finally {
    client.end().catch(() => {});
  }
}

// A pod without a cluster around it must not outlive the drill that started it.
if (process.env.EXIT_WITH_STDIN) process.stdin.resume().once('end', () => process.exit(0));
const { DATABASE_URL: primary = '', REPLICA_URL: replica } = process.env;
if (replica) {
  await readStagingOnReplica({ primary, replica }, process.env.SOURCE_ADDRESS).catch((error: Error) => {
    console.log(`report: staging table not read, ${error.message}`);
  });
}
const results = await Promise.allSettled(
  Array.from({ length: sessions }, (_, index) => runReport(index + 1)),
);
const failures = results.filter((result) => result.status === 'rejected');
for (const failure of failures) {
  console.error(
    `report failed: ${failure.reason instanceof Error ? failure.reason.message : String(failure.reason)}`,
  );
}
process.exit(failures.length > 0 ? 1 : 0);
