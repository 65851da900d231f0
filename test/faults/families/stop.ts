import { connect } from 'node:net';
import { join } from 'node:path';
import { ALERT_TOKEN } from '../../support/rig/install.ts';
import { overloadAlert } from '../../support/rig/send-alert.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import type { Family, Fault, Findings, StateOf } from '../fault.ts';
import { type Moment, moments } from '../stop/moments.ts';
import { come, type Start, starts } from '../stop/starts.ts';
import type { FirebreakProcess } from '../world/firebreak-process.ts';
import type { Scene, SceneOptions } from '../world/scene.ts';
import { embeddedServer } from '../world/state-of-lane.ts';
import { openWorlds, type World, worldOf } from '../world.ts';

const LANES = 3;
/** A step that could not end before the stop is tried again. */
const CLICKS = ['step.run', 'step.retry'];
/** What Kubernetes gives a pod between SIGTERM and SIGKILL. */
const GRACE_MS = 30_000;
/** A start that is given up waits for nothing that is under way. */
const GIVEN_UP_MS = 15_000;

/** SIGTERM: work under way ends or is left to the next start, within the deadline, whatever hangs. */
export const stop: Family = {
  name: 'stop',
  lanes: LANES,
  async open(stack, { states }) {
    const worlds = await openWorlds(stack, LANES);
    const faults = (state: StateOf): Fault[] => [
      ...moments.map((moment) => ({
        fault: 'SIGTERM',
        boundary: `when ${moment.name}`,
        state,
        run: async (lane: number) => stopAt(worldOf(worlds, lane), state, moment),
      })),
      {
        fault: 'SIGTERM',
        boundary: 'in the middle of the body of an alert',
        state,
        run: async (lane) => stopInAlert(worldOf(worlds, lane), state),
      },
      ...starts
        .filter((start) => start.state === state)
        .flatMap((start) =>
          (['SIGTERM', 'SIGINT'] as const).map((signal) => ({
            fault: `${signal} in the very first start`,
            boundary: `when ${start.name}`,
            state,
            run: async (lane: number) => stopStart(worldOf(worlds, lane), start, signal),
          })),
        ),
    ];
    return states.flatMap(faults);
  },
};

async function withScene(
  world: World,
  given: Pick<SceneOptions, 'state' | 'blank'>,
  act: (scene: Scene, victimProxy: TcpProxy) => Promise<string>,
): Promise<Findings> {
  const target = new URL(world.victim.url('bot'));
  await using proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  const throughProxy = new URL(target);
  throughProxy.port = String(proxy.port);
  await using scene = await world.fresh({ ...given, env: { ORDERS_URL: throughProxy.href } });
  const outcome = await act(scene, proxy);
  const findings = await scene.inspect(outcome);
  for (const firebreak of scene.running()) await terminated(firebreak);
  return findings;
}

async function stopAt(world: World, state: StateOf, moment: Moment): Promise<Findings> {
  return await withScene(world, { state }, async (scene, proxy) => {
    const first = scene.serve();
    await first.started();
    await scene.sender.send();
    const clicking = moment.clicks
      ? scene.responder.untilClosed({ clicks: CLICKS, patienceMs: 120_000 })
      : null;
    clicking?.catch(() => undefined);
    await moment.reach(scene, proxy);
    const took = await terminated(first);
    await moment.heal?.(scene, proxy);
    const second = scene.serve();
    await second.started();
    await (clicking ?? scene.responder.untilClosed({ clicks: CLICKS }));
    return `ended after ${(took / 1000).toFixed(1)} s, closed by the next start`;
  });
}

/** What was started is stopped again, and the next start finds nothing in its way. */
async function stopStart(world: World, start: Start, signal: 'SIGTERM' | 'SIGINT'): Promise<Findings> {
  return await withScene(world, { state: start.state, blank: true }, async (scene, proxy) => {
    await using hindrances = new AsyncDisposableStack();
    await start.hinder?.(scene, proxy, hindrances);
    const first = scene.serve();
    await come(start, scene, proxy);
    const took = await terminated(first, signal);
    if (first.output().includes('Firebreak is running')) throw new Error('It had started already.');
    if (took > GIVEN_UP_MS) throw new Error(`It took ${took} ms to give up its start.`);
    const left = await embeddedServer(join(scene.installation.directory, 'state'));
    if (left !== null) throw new Error('Its server still runs.');
    await hindrances.disposeAsync();
    const second = scene.serve();
    await second.started();
    await Promise.all([scene.sender.send(), scene.responder.untilClosed()]);
    return `gave up its start within ${(took / 1000).toFixed(1)} s; the next start served an incident`;
  });
}

/** Half of an alert is sent when the stop comes: it is acknowledged and stored, or not acknowledged and sent again. */
async function stopInAlert(world: World, state: StateOf): Promise<Findings> {
  return await withScene(world, { state }, async (scene) => {
    const first = scene.serve();
    await first.started();
    const { hostname, port } = new URL(first.httpUrl() ?? '');
    const alert = overloadAlert();
    const body = JSON.stringify(alert);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', () => undefined);
    const head = [
      'POST /alerts/checks HTTP/1.1',
      `host: ${hostname}`,
      `authorization: Bearer ${ALERT_TOKEN}`,
      `content-length: ${body.length}`,
    ];
    await new Promise<void>((resolve) => {
      socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 20)}`, () => resolve());
    });
    const ending = terminated(first);
    socket.write(body.slice(20));
    const took = await ending;
    socket.destroy();
    const acknowledged = answer.startsWith('HTTP/1.1 202');
    const second = scene.serve();
    await second.started();
    if (!acknowledged) await scene.sender.send(alert);
    await scene.responder.untilClosed();
    const how = acknowledged ? 'acknowledged' : 'not acknowledged, sent again';
    return `${how}; ended after ${(took / 1000).toFixed(1)} s`;
  });
}

/** Milliseconds that it took. Throws when it did not end by itself, well, in the time that Kubernetes gives. */
async function terminated(
  firebreak: FirebreakProcess,
  signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM',
): Promise<number> {
  const began = performance.now();
  firebreak.kill(signal);
  const code = await firebreak.exited;
  const took = performance.now() - began;
  if (code !== 0) throw new Error(`It ended with ${code}:\n${firebreak.output().slice(-2_000)}`);
  if (took > GRACE_MS) throw new Error(`It took ${took} ms to end.`);
  return took;
}
