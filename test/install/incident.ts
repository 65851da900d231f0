import pg from 'pg';
import { z } from 'zod';
import { channel } from '../../src/drill/people.ts';
import { respond } from '../../src/drill/responder.ts';
import type { SlackSandbox } from '../../src/sandbox/slack/server.ts';
import { shown } from '../slack/sandbox-control.ts';
import type { Home } from './home.ts';
import type { Monitoring } from './monitoring.ts';
import { comesAbout, type RunStage } from './stages.ts';
import type { World } from './world.ts';

/** The alert of deploy/prometheus/rules.yml for taken slots. */
const ALERT = 'PostgreSQLConnectionSlotsExhausted';
const TOO_MANY_CONNECTIONS = '53300';
const THINK_MS = 300;

export interface Scene {
  readonly home: Home;
  /** Address of Firebreak. */
  readonly url: string;
  readonly world: World;
  readonly slack: SlackSandbox;
  readonly monitoring: Monitoring;
  readonly signal: AbortSignal;
}

/** A batch takes every slot, the alert fires and opens an incident, people handle it, and the alert ends. */
export async function playIncident(scene: Scene, stage: RunStage): Promise<void> {
  await exhaust(scene, stage);
  await alertFires(scene, stage);
  await handle(scene, stage);
  await alertEnds(scene, stage);
}

async function exhaust({ world, signal }: Scene, stage: RunStage): Promise<void> {
  const { names, stage: ground } = world;
  await stage(
    `CronJob ${names.batch} takes every slot`,
    { hint: 'pg_stat_activity of the primary' },
    async (note) => {
      await world.exhaust();
      let refused = '';
      await comesAbout(
        'a new connection of a service is refused',
        async () => {
          refused = await refusalOf(ground.url({ role: names.otherRole, direct: true }));
          return refused !== '';
        },
        60_000,
        signal,
      );
      note(refused);
    },
  );
}

/** What a service is told that connects now, when there are too many; empty when it gets in. */
async function refusalOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return '';
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === TOO_MANY_CONNECTIONS) return error.message;
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function alertFires({ home, url, monitoring, signal }: Scene, stage: RunStage): Promise<void> {
  const lookAt = { hint: `${monitoring.url}/alerts, then`, log: monitoring.alertmanagerLog };
  await stage(`${ALERT} fires`, lookAt, async (note) => {
    await comesAbout(
      'the rule fires',
      async () => (await monitoring.firing()).includes(ALERT),
      150_000,
      signal,
    );
    await comesAbout('it opens an incident', async () => (await openIncidents(url)) === 1, 60_000, signal);
    const [incident] = await incidentsOf(home);
    note(`${incident?.id}: ${incident?.title}`);
  });
}

async function handle({ home, url, world, slack, signal }: Scene, stage: RunStage): Promise<void> {
  const { names, stage: ground } = world;
  const lookAt = { hint: 'firebreak timeline INC-1', log: home.path('firebreak.log') };
  await stage('the incident is handled and closed', lookAt, async (note) => {
    const over = new AbortController();
    const responding = respond({
      slackUrl: slack.url,
      thinkMs: THINK_MS,
      wrongOrder: false,
      unproposed: 'skip',
      stuck: 'retry',
      onClick: () => undefined,
      signal: AbortSignal.any([signal, over.signal]),
    });
    try {
      await comesAbout('it is closed', async () => (await openIncidents(url)) === 0, 180_000, signal);
    } finally {
      over.abort();
      await responding;
    }
    const culprit = `CronJob ${names.batches}/${names.batch}`;
    const thread = JSON.stringify(await shown(slack, channel.id));
    if (!thread.includes(culprit)) throw new Error(`The thread does not name ${culprit}.`);
    const atWork = await ground.sql("select from pg_stat_activity where usename = $1 and state <> 'idle'", [
      names.batchRole,
    ]);
    if (atWork.length > 0) throw new Error(`${atWork.length} sessions of the batch are still at work.`);
    note(culprit);
  });
}

async function alertEnds({ home, monitoring, signal }: Scene, stage: RunStage): Promise<void> {
  const lookAt = { hint: `${monitoring.url}/alerts, then`, log: monitoring.alertmanagerLog };
  await stage('the alert ends', lookAt, async () => {
    await comesAbout(
      'the rule is quiet',
      async () => !(await monitoring.firing()).includes(ALERT),
      60_000,
      signal,
    );
    const ended = async () =>
      (await alertsOf(home)).some(({ name, status }) => name === ALERT && status === 'resolved');
    await comesAbout('Firebreak is told', ended, 60_000, signal);
  });
}

/** Open incidents, as /metrics counts them. */
async function openIncidents(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(/^firebreak_incidents_open\{.*\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}

const Incidents = z.array(z.looseObject({ id: z.string(), status: z.string(), title: z.string() }));

async function incidentsOf(home: Home): Promise<z.infer<typeof Incidents>> {
  return Incidents.parse(JSON.parse((await home.firebreak(['incidents', '--json'])).stdout));
}

const Alerts = z.looseObject({
  alerts: z.array(z.looseObject({ alert: z.looseObject({ name: z.string(), status: z.string() }) })),
});

async function alertsOf(home: Home): Promise<{ name: string; status: string }[]> {
  const { stdout } = await home.firebreak(['alerts', 'list', '--json']);
  return Alerts.parse(JSON.parse(stdout)).alerts.map(({ alert }) => alert);
}
