import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { until } from '../../slack/sandbox-control.ts';
import { DATABASE } from '../../support/rig/install.ts';
import { startSmallVictim } from '../../support/rig/victim.ts';
import { stepAside } from '../../support/step-aside.ts';
import { QUICK_STEPS } from '../world/quick-steps.ts';
import type { Stage } from './stage.ts';
import { mustSay, type Trouble } from './trouble.ts';

const DIAGNOSE = {
  id: 'diagnose',
  kind: 'postgres.diagnose',
  title: 'Diagnose it',
  confirm: 'one',
  byHand: 'Look at pg_stat_activity.',
};
const withDiagnosis = { steps: [DIAGNOSE, ...QUICK_STEPS] };
/** A watch that gives up soon. */
const shortWatch = QUICK_STEPS.map((step) =>
  step.id === 'watch' ? { ...step, params: { ...step.params, timeoutMinutes: 0.1 } } : step,
);
const nobody = () => undefined;

/** Takes every slot that an ordinary role can get. */
async function fill(url: string): Promise<AsyncDisposable> {
  const clients: pg.Client[] = [];
  for (;;) {
    const client = new pg.Client({ connectionString: url, application_name: 'filler' });
    client.on('error', nobody);
    try {
      await client.connect();
    } catch {
      break;
    }
    clients.push(client);
  }
  return {
    [Symbol.asyncDispose]: async () =>
      void (await Promise.all(clients.map(async (client) => client.end().catch(nobody)))),
  };
}

/** Milliseconds for which one reading of a server is used again (`snapshotIntervalMs`). */
const READING_MS = 2_000;

function away(stage: Stage): void {
  stage.database.refuse(true);
  stage.database.cut();
}

/** Firebreak up to the card of the kill, with the CronJob suspended. */
async function untilKill(stage: Stage): Promise<void> {
  await stage.begin();
  await stage.click('suspend', 'run');
  await stage.card('kill', /Acts on /);
}

export const databaseTroubles: readonly Trouble[] = [
  {
    fault: 'database: every slot taken',
    boundary: 'diagnose, with standing sessions',
    scene: withDiagnosis,
    async run(stage, { victim }) {
      await stage.begin();
      await using _filled = await fill(victim.url('batch'));
      await stage.click('diagnose', 'run');
      mustSay(await stage.card('diagnose', /Verified/), /Connections: 3\d of 37 usable slots/);
      await stage.card('suspend', /Acts on /);
    },
  },
  {
    fault: 'database: every slot taken',
    boundary: 'diagnose, Firebreak starts after it',
    scene: withDiagnosis,
    async run(stage, { victim }) {
      await using filled = await fill(victim.url('batch'));
      await stage.begin();
      await stage.click('diagnose', 'run');
      mustSay(
        await stage.card('diagnose', /Try again/),
        'has no connection slot left for Firebreak',
        'nothing was changed',
        'tries again twice a second',
        'Jobs of CronJobs that run now: analytics/batch',
        'none since Firebreak started',
        '-- psql -U postgres',
        'SELECT pg_terminate_backend(pid)',
        'By hand',
      );
      await filled[Symbol.asyncDispose]();
      await stage.card('diagnose', /answers again/);
    },
  },
  {
    fault: 'database: connection cut in the middle of a statement',
    boundary: 'diagnose, snapshot',
    scene: withDiagnosis,
    async run(stage) {
      await stage.begin();
      stage.database.cutAt('firebreak:snapshot', 'before');
      await stage.click('diagnose', 'run');
      mustSay(
        await stage.card('diagnose', /Try again/),
        'cannot be reached',
        'Sessions of Firebreak: to read',
        'who runs what, because it could not be read',
        'pg_isready -h 127.0.0.1',
      );
    },
  },
  {
    fault: 'database: connection cut in the middle of a statement',
    boundary: 'kill, the signal arrives and its answer does not',
    async run(stage) {
      await untilKill(stage);
      stage.database.cutAt('firebreak:kill', 'after');
      await stage.click('kill', 'run');
      mustSay(await stage.card('kill', /sessions ended/), 'the answer was lost');
    },
  },
  {
    fault: 'database: the network swallows everything',
    boundary: 'kill, from the answer of the first signal on',
    allowed: { ignoredCancels: 2 },
    async run(stage) {
      await untilKill(stage);
      stage.database.cutAt('firebreak:kill', 'for good');
      await stage.click('kill', 'run');
      mustSay(
        await stage.card('kill', /Try again/),
        'of 1 it is not known; 2 were not signalled',
        /Sent and never answered: pid \d+\./,
        /Not signalled at all: pid \d+, \d+\./,
        /SELECT pg_terminate_backend\(pid\), usename FROM pg_stat_activity WHERE pid = \d+ AND backend_start/,
      );
      stage.database.blackHole(false);
    },
  },
  {
    fault: 'database: no connection',
    boundary: 'kill, plan',
    async run(stage) {
      await stage.begin();
      await stage.card('suspend', /Acts on /);
      away(stage);
      // With a reading of a moment ago the plan would be made.
      await delay(READING_MS);
      await stage.click('suspend', 'run');
      mustSay(
        await stage.card('kill', /Try again/),
        'The plan could not be made; nothing was done',
        'cannot be reached',
        /Last reading of orders-primary \(primary\), \d\d:\d\d:\d\d UTC \(.* before\): \d+ of 40 slots used, \d+ on CPU/,
        'pg_isready',
        'By hand',
      );
      stage.database.refuse(false);
      mustSay(await stage.card('kill', /answers again/), 'Try again');
    },
  },
  {
    fault: 'database: no connection',
    boundary: 'kill, re-check',
    async run(stage) {
      await untilKill(stage);
      away(stage);
      await stage.click('kill', 'run');
      mustSay(
        await stage.card('kill', /Try again/),
        'The world could not be checked again; nothing was done',
        'cannot be reached',
      );
      stage.database.refuse(false);
    },
  },
  {
    fault: 'database: no connection',
    boundary: 'kill, verification',
    async run(stage) {
      await untilKill(stage);
      await stage.click('kill', 'run');
      await stage.card('kill', /Nothing came back for|All 3 sessions ended/);
      away(stage);
      mustSay(
        await stage.card('kill', /Try again/),
        'Whether the sessions ended and stay away could not be measured',
        'Signalled and accepted: pid',
      );
      stage.database.refuse(false);
    },
  },
  {
    fault: 'database: another server answers',
    boundary: 'kill, between plan and signal',
    async run(stage) {
      await untilKill(stage);
      await using other = await startSmallVictim();
      const { port } = new URL(other.url('bot'));
      stage.database.leadTo({ host: '127.0.0.1', port: Number(port) });
      stage.database.cut();
      await stage.click('kill', 'run');
      // A new plan is made there, finds nothing to kill, and says whose sessions are not meant any more.
      await stage.card('kill', /Skipped/);
      await stage.card('watch', /Verified/);
      const touched = /terminating connection due to administrator|due to user request/;
      if (touched.test(other.log())) throw new Error('A session of the other server was signalled.');
      await stage.scene.responder.untilClosed({ patienceMs: 60_000 });
    },
  },
  {
    fault: 'metrics and a replica are away',
    boundary: 'diagnose',
    scene: {
      steps: [DIAGNOSE, ...shortWatch],
      env: { REPLICA_URL: 'postgresql://bot@127.0.0.1:9/postgres' },
      config: {
        databases: [
          {
            name: DATABASE,
            cores: 2,
            url: { env: 'ORDERS_URL' },
            replicas: [{ name: 'r1', url: { env: 'REPLICA_URL' } }],
            prometheus: { url: 'http://127.0.0.1:9', cpuQuery: 'cpu' },
          },
        ],
      },
    },
    async run(stage) {
      const { victim } = stage.scene;
      await until(
        'the queries are old enough to be blamed',
        async () => (await victim.batchSeconds()) > 6,
        30_000,
      );
      await stage.begin();
      await stage.click('diagnose', 'run');
      mustSay(
        await stage.card('diagnose', /Go on anyway/),
        'CronJob analytics/batch',
        'replica r1: Database orders-primary (r1) cannot be reached',
        'metrics: Prometheus of orders-primary cannot be reached',
      );
      await stage.click('diagnose', 'continue');
      await stage.card('suspend', /Acts on /);
      await stage.click('suspend', 'run');
      await stage.click('kill', 'run');
      // A standby that is missing is not recovered: a person has to say that it is good enough.
      await stage.card('watch', /standbys not connected/);
      await stage.click('watch', 'continue');
    },
  },
];

const BURN = 'select count(*) from (select generate_series(1, 1000000000000)) as burn';

/** 150 sessions that want a CPU, on a server of their own; they are nice to everybody else. */
export const cpuTrouble: Trouble = {
  fault: 'database: CPU at 75 times its cores',
  boundary: 'diagnose and kill',
  scene: { batch: false, steps: [DIAGNOSE, ...QUICK_STEPS.filter(({ id }) => id !== 'suspend')] },
  async run(stage) {
    await using stack = new AsyncDisposableStack();
    const busy = stack.use(await startSmallVictim({ max_connections: 220 }));
    const { port } = new URL(busy.url('bot'));
    stage.database.leadTo({ host: '127.0.0.1', port: Number(port) });
    const admin = new pg.Client({ connectionString: busy.url('bot') });
    await admin.connect();
    stack.defer(async () => admin.end());
    const burners = await Promise.all(Array.from({ length: 150 }, async () => burn(busy.url('batch'))));
    stack.defer(async () => void burners.map((client) => client.end().catch(nobody)));
    await stage.begin();
    await stage.click('diagnose', 'run');
    mustSay(await stage.card('diagnose', /Verified|Try again/), /1[0-9]{2} sessions want a CPU/);
    await stage.click('kill', 'run');
    const own = await ownSessions(admin);
    if (own > 2) throw new Error(`Firebreak has ${own} sessions on the server.`);
    await stage.card('kill', /50 sessions ended/);
    await busy.endBatch();
    // As long as that server is there.
    // A CronJob that is armed is given two and a half minutes to come back.
    await stage.scene.responder.untilClosed({ clicks: ['step.run', 'step.retry'], patienceMs: 190_000 });
  },
};

async function burn(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'burner' });
  client.on('error', nobody);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  stepAside(rows[0]?.pid ?? 0);
  client.query(BURN).catch(nobody);
  return client;
}

async function ownSessions(admin: pg.Client): Promise<number> {
  const { rows } = await admin.query<{ count: number }>(
    "select count(*)::int as count from pg_stat_activity where application_name = 'firebreak'",
  );
  return rows[0]?.count ?? 0;
}
