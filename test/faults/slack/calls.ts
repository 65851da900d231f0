import { clearFaults, fault, until } from '../../slack/sandbox-control.ts';
import type { Play } from './play.ts';
import type { Trouble } from './trouble.ts';

/** A call of the Web API that goes wrong in the middle of an incident that is otherwise as always. */
function callThat(name: string, boundary: string, what: object): Trouble {
  return {
    fault: name,
    boundary,
    async tell({ scene, open, close }) {
      await fault(scene.slack, what);
      await open();
      const began = Date.now();
      await close();
      return `closed after ${seconds(began)}`;
    },
  };
}

const PARENT = { method: 'chat.postMessage', times: 1 };
const CARD = { method: 'chat.postMessage', times: 1, skip: 1 };
const UPDATES = { method: 'chat.update', times: 2 };

/** Single calls: limited, failed after they were done, broken off, unanswered. */
export const calls: readonly Trouble[] = [
  callThat('429', 'three posts', { method: 'chat.postMessage', status: 429, retryAfter: 2, times: 3 }),
  callThat('429', 'three updates', { method: 'chat.update', status: 429, retryAfter: 2, times: 3 }),
  callThat('500 after it was posted', 'the parent', { ...PARENT, status: 500, afterProcessing: true }),
  callThat('500 after it was posted', 'a card', { ...CARD, status: 500, afterProcessing: true }),
  callThat('503, not posted', 'the parent', { ...PARENT, status: 503 }),
  callThat('connection dropped after it was posted', 'the parent', {
    ...PARENT,
    drop: true,
    afterProcessing: true,
  }),
  callThat('connection dropped after it was posted', 'a card', {
    ...CARD,
    drop: true,
    afterProcessing: true,
  }),
  callThat('connection dropped', 'two updates', { ...UPDATES, drop: true, afterProcessing: true }),
  callThat('no answer for 13 s', 'the parent, posted at once', { ...PARENT, holdMs: 13_000 }),
  callThat('no answer for 13 s', 'the parent, posted after 12 s', {
    ...PARENT,
    delayMs: 12_000,
    holdMs: 1_000,
  }),
  {
    fault: 'invalid_auth for 4 s',
    boundary: 'in the middle of the incident',
    async tell(play) {
      const { scene, open, run, close } = play;
      const process = await open();
      await run('suspend');
      await fault(scene.slack, { error: 'invalid_auth', times: 10_000 });
      await until('it is said', () => /refused to work.*invalid_auth/.test(process.output()), 30_000);
      await wait(4_000);
      await clearFaults(scene.slack);
      const mended = Date.now();
      await close();
      await backSaid(play, process.output);
      return `closed ${seconds(mended)} after it was mended`;
    },
  },
];

/** Waits until the log says that Slack works again. */
export async function backSaid(play: Play, output: () => string): Promise<void> {
  const said = async () =>
    until('it is said that Slack works again', () => output().includes('Slack works again after'), 15_000);
  const isSaid = await said().then(
    () => true,
    () => false,
  );
  play.expect(isSaid, 'The log does not say that Slack works again.');
}

export const wait = async (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
