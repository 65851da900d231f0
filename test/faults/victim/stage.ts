import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { act, posted } from '../../slack/sandbox-control.ts';
import { ANNA } from '../../support/rig/slack-of.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import type { StateOf } from '../fault.ts';
import { offersOf } from '../world/responder.ts';
import type { Scene, SceneOptions } from '../world/scene.ts';
import type { World } from '../world.ts';

const PATIENCE_MS = 90_000;
const LOOK_MS = 100;

/** A scene whose network to the database and to the cluster can be disturbed. */
export interface Stage extends AsyncDisposable {
  readonly scene: Scene;
  readonly database: TcpProxy;
  readonly kubernetes: TcpProxy;
  /** Starts Firebreak and lets the alert open the incident. */
  begin(): Promise<void>;
  /** The newest card of a step as text, once it matches. Throws what it shows instead when that takes too long. */
  card(step: string, shows: RegExp): Promise<string>;
  /** Clicks on the newest card of a step, as soon as it offers that. */
  click(step: string, action: 'run' | 'retry' | 'continue' | 'skip'): Promise<void>;
  /** Makes the next requests to the Kubernetes API fail; see the sandbox's faults. */
  failKubernetes(fault: object): Promise<void>;
  healKubernetes(): Promise<void>;
}

export async function openStage(
  world: World,
  state: StateOf,
  options: Omit<SceneOptions, 'state'> = {},
): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const at = new URL(world.victim.url('bot'));
  const database = stack.use(await startTcpProxy({ host: at.hostname, port: Number(at.port) }));
  at.host = `127.0.0.1:${database.port}`;
  const scene = stack.use(await world.fresh({ ...options, state }));
  const api = new URL(scene.cluster.sandbox.url);
  const kubernetes = stack.use(await startTcpProxy({ host: api.hostname, port: Number(api.port) }));
  const kubeconfig = join(scene.installation.directory, 'kubeconfig');
  const direct = readFileSync(kubeconfig, 'utf8');
  writeFileSync(kubeconfig, direct.replaceAll(`:${api.port}`, `:${kubernetes.port}`));
  const faults = `${api.origin}/_sandbox/faults`;

  const newest = async (step: string) =>
    (await posted(scene.slack)).findLast(({ key }) => key.startsWith(`step:${step}:`))?.message;
  async function until<T>(what: string, step: string, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) {
        const shows = JSON.stringify((await newest(step))?.blocks);
        throw new Error(`Waited in vain for ${what} on the card of ${step}. It shows ${shows}`);
      }
      await delay(LOOK_MS);
    }
  }

  const owned = stack.move();
  return {
    scene,
    database,
    kubernetes,
    async begin() {
      const firebreak = scene.serve({ env: { ORDERS_URL: at.toString() } });
      if ((await firebreak.started()) === 'ended') throw new Error(firebreak.output());
      await scene.sender.send();
    },
    card: async (step, shows) =>
      until(String(shows), step, async () => {
        const message = await newest(step);
        const text = message === undefined ? '' : textOf(message.blocks);
        return shows.test(text) ? text : undefined;
      }),
    async click(step, action) {
      await until(`step.${action}`, step, async () => {
        const message = await newest(step);
        if (message === undefined || !offersOf(message).includes(`step.${action}`)) return undefined;
        return await act(scene.slack, ANNA, message, `step.${action}`).catch((error: unknown) => {
          if (String(error).includes('Look again')) return undefined;
          throw error;
        });
      });
    },
    async failKubernetes(fault) {
      const answer = await fetch(faults, { method: 'POST', body: JSON.stringify({ times: 1000, ...fault }) });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async healKubernetes() {
      await fetch(faults, { method: 'DELETE' });
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** Every text that a person reads on a card, in order. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(' ');
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .flatMap(([key, inner]) => (key === 'text' && typeof inner === 'string' ? [inner] : [textOf(inner)]))
    .join(' ');
}
