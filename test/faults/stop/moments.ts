import { posted, until } from '../../slack/sandbox-control.ts';
import { post } from '../../support/post.ts';
import type { TcpProxy } from '../../support/tcp-proxy.ts';
import type { Scene } from '../world/scene.ts';

const PATIENCE_MS = 60_000;

/** Where Firebreak is told to stop, and what stands in its way then. */
export interface Moment {
  readonly name: string;
  /** Whether a person clicks before it has come. */
  readonly clicks: boolean;
  /** Resolves when it has come. */
  reach(scene: Scene, victimProxy: TcpProxy): Promise<void>;
  /** Ends what stood in the way. */
  heal?(scene: Scene, victimProxy: TcpProxy): Promise<void>;
}

const cardShows = async (scene: Scene, step: string, text: string) =>
  until(
    `the card of ${step} shows ${text}`,
    async () =>
      (await posted(scene.slack)).some(
        ({ key, message }) => key.startsWith(`step:${step}:`) && JSON.stringify(message).includes(text),
      ),
    PATIENCE_MS,
  );

/** A person has clicked, and it is being acted on: the card offers nothing any more. */
const cardDecided = async (scene: Scene, step: string) =>
  until(
    `the card of ${step} is decided`,
    async () => {
      const cards = (await posted(scene.slack)).filter(({ key }) => key.startsWith(`step:${step}:`));
      return cards.some(({ message }) => !JSON.stringify(message).includes('step.run'));
    },
    PATIENCE_MS,
  );

export const moments: readonly Moment[] = [
  {
    name: 'a decision is awaited',
    clicks: false,
    reach: async (scene) => void (await cardShows(scene, 'suspend', 'step.run')),
  },
  {
    name: 'the CronJob is being suspended',
    clicks: true,
    async reach(scene) {
      const { url } = scene.cluster.sandbox;
      await post(`${url}/_sandbox/faults`, { path: 'cronjobs', method: 'PATCH', delayMs: 1_000, times: 9 });
      await cardShows(scene, 'suspend', 'Running');
    },
  },
  {
    name: 'one session was cancelled and the next is to be terminated',
    clicks: true,
    reach: async ({ victim }) =>
      void (await until(
        'a cancel was ignored',
        () => victim.log().includes('a cancel was ignored'),
        PATIENCE_MS,
      )),
  },
  {
    name: 'the recovery is watched',
    clicks: true,
    reach: async (scene) => void (await cardShows(scene, 'watch', 'Checking the result')),
  },
  {
    name: 'the network to the victim swallows everything',
    clicks: true,
    async reach(scene, victimProxy) {
      await cardShows(scene, 'kill', 'step.run');
      victimProxy.blackHole(true);
      await cardDecided(scene, 'kill');
    },
    heal: async (_scene, victimProxy) => victimProxy.blackHole(false),
  },
  {
    name: 'Slack answers nothing',
    clicks: false,
    async reach(scene) {
      await cardShows(scene, 'suspend', 'step.run');
      await post(`${scene.slack.url}/_sandbox/faults`, { delayMs: 60_000, times: 1_000 });
    },
    heal: async (scene) => {
      await fetch(`${scene.slack.url}/_sandbox/faults`, { method: 'DELETE' });
    },
  },
  {
    name: 'the cluster answers nothing',
    clicks: true,
    async reach(scene) {
      const { url } = scene.cluster.sandbox;
      await cardShows(scene, 'suspend', 'step.run');
      await post(`${url}/_sandbox/faults`, { path: '.', delayMs: 60_000, times: 1_000 });
      await cardDecided(scene, 'suspend');
    },
    heal: async (scene) => {
      await fetch(`${scene.cluster.sandbox.url}/_sandbox/faults`, { method: 'DELETE' });
    },
  },
];
