import { expect, onTestFinished, test } from 'vitest';
import { registerBreakerRoutes } from '../../src/breaker/routes.ts';
import { watchDatabase } from '../../src/client/breaker.ts';
import { systemClock } from '../../src/clock.ts';
import { breakerOf } from '../../src/domain/breaker.ts';
import { foldIncident, type Incident } from '../../src/domain/incident.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { refuseBearer } from '../../src/intake/authentication/bearer.ts';
import { silent } from '../adapters/postgres/support.ts';
import { story } from '../postmortem/story.ts';
import { step } from '../support/domain.ts';

const TOKEN = 'token-of-the-jobs';

/** The incident of the story with its cause, before anything helped. */
const open = foldIncident(
  'INC-1',
  story().slice(0, story().findIndex(({ event }) => event.type === 'cause.named') + 1),
);
const DATABASE = open.database;
const mitigated = step(open, { type: 'incident.mitigated', evidence: 'Nothing came back.' });
const recovered = step(mitigated, { type: 'incident.recovered', evidence: 'All quiet.' });

test('it opens with the incident, is half-open once the load is gone, and closes when recovery is proved', () => {
  const states = [null, open, mitigated, recovered].map((incident) => breakerOf(DATABASE, incident));
  expect(states.map(({ state, share }) => [state, share])).toEqual([
    ['closed', 1],
    ['open', 0],
    ['half-open', 0.25],
    ['closed', 1],
  ]);
  expect(states.map(({ incident }) => incident)).toEqual([null, 'INC-1', 'INC-1', 'INC-1']);
  expect(states[1]?.reason).toContain(open.causes[0]?.title);
});

test('an alert behind which nothing is wrong holds nobody back', () => {
  const causes = open.causes.map((cause) => ({ ...cause, kind: 'nothing-wrong' }));
  expect(breakerOf(DATABASE, { ...open, causes })).toMatchObject({ state: 'closed', share: 1 });
});

async function start() {
  const world: { incidents: Incident[]; isAway: boolean } = { incidents: [], isAway: false };
  const server = createHttpServer(undefined, silent);
  registerBreakerRoutes(server, {
    databases: [DATABASE],
    async openIncidents() {
      if (world.isAway) throw new Error('The state is away.');
      return world.incidents;
    },
    refuse: ({ headers }) => refuseBearer([new Secret(TOKEN)], headers),
    clock: systemClock,
    logger: silent,
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  let closed: Promise<unknown> | undefined;
  const close = async () => (closed ??= server.close());
  onTestFinished(async () => {
    await close();
  });
  const get = async (headers: Record<string, string> = {}, name = DATABASE) =>
    fetch(`${url}/v1/databases/${name}/state`, { headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
  return { world, url, get, close };
}

test('a prevention run holds nobody back, nor hides the incident beside it', async () => {
  const { world, get } = await start();
  const prevention: Incident = { ...open, id: 'PREV-2', purpose: 'prevention', causes: [] };
  world.incidents = [prevention];
  expect(await (await get()).json()).toMatchObject({ state: 'closed', incident: null });
  world.incidents = [prevention, open];
  expect(await (await get()).json()).toMatchObject({ state: 'open', incident: open.id });
});

test('whoever holds the token asks; an answer that did not change is not sent again', async () => {
  const { world, get } = await start();
  expect((await get({ authorization: 'Bearer another' })).status).toBe(401);
  expect((await get({}, 'no-such-database')).status).toBe(404);
  const quiet = await get();
  expect(await quiet.json()).toMatchObject({ state: 'closed', database: DATABASE });
  const tag = quiet.headers.get('etag') ?? '';
  expect((await get({ 'if-none-match': tag })).status).toBe(304);
  world.incidents = [open];
  const changed = await get({ 'if-none-match': tag });
  expect(changed.status).toBe(200);
  expect(await changed.json()).toMatchObject({ state: 'open', share: 0, incident: 'INC-1' });
  world.isAway = true;
  const away = await get();
  expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
});

test('a stream tells the state at once and at each change, and ends when Firebreak stops', {
  timeout: 20_000,
}, async () => {
  const { world, get, close } = await start();
  const response = await get({ accept: 'text/event-stream' });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => ((await reader?.read())?.value ?? '').match(/"state":"([a-z-]+)"/)?.[1];
  expect(await next()).toBe('closed');
  world.incidents = [open];
  expect(await next()).toBe('open');
  world.incidents = [mitigated];
  expect(await next()).toBe('half-open');
  await close();
  expect((await reader?.read())?.done).toBe(true);
});

test('the client lets everything through, nothing, or a share, and is not stopped by an outage of Firebreak', {
  timeout: 20_000,
}, async () => {
  const { world, url, close } = await start();
  const watch = watchDatabase({ server: url, token: TOKEN, database: DATABASE, everyMs: 20 });
  onTestFinished(() => watch.stop());
  const allowed = () => Array.from({ length: 400 }, () => watch.allows()).filter(Boolean).length;
  expect(watch.allows()).toBe(true);
  await expect.poll(() => watch.state()?.state).toBe('closed');
  expect(allowed()).toBe(400);
  world.incidents = [open];
  await expect.poll(() => watch.state()?.state).toBe('open');
  expect(allowed()).toBe(0);
  world.incidents = [mitigated];
  await expect.poll(() => watch.state()?.state).toBe('half-open');
  const some = allowed();
  expect(some).toBeGreaterThan(20);
  expect(some).toBeLessThan(300);
  await close();
  await expect.poll(() => watch.state()).toBeNull();
  expect(watch.allows()).toBe(true);
});
