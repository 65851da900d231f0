import { channel, people } from '../../src/drill/people.ts';
import type { SlackSandbox } from '../../src/sandbox/slack/server.ts';
import { act, shown } from '../slack/sandbox-control.ts';
import type { Home, Running } from './home.ts';
import { askDoctor } from './rights.ts';
import { comesAbout, type RunStage } from './stages.ts';

const READY_MS = 60_000;
const PRESS_WITHIN_MS = 30_000;

/** Starts `firebreak serve` and waits until it is ready. */
export async function serve(
  { home, url, signal }: { home: Home; url: string; signal: AbortSignal },
  stage: RunStage,
): Promise<Running> {
  const lookAt = { hint: 'GET /readyz tells why it is not ready.', log: home.path('firebreak.log') };
  return await stage('firebreak serve is ready', lookAt, async () => {
    await using firebreak = new AsyncDisposableStack();
    const program = firebreak.use(
      home.start('firebreak', home.path('node_modules/.bin/firebreak'), ['serve']),
    );
    await comesAbout(
      'GET /readyz answers 200',
      async () => {
        if (program.hasEnded()) throw new Error('firebreak serve ended.');
        return (await fetch(`${url}/readyz`).catch(() => null))?.status === 200;
      },
      READY_MS,
      signal,
    );
    firebreak.move();
    return program;
  });
}

/** `firebreak doctor --click`, and the press of its button. */
export async function proveClicks(
  { home, slack, signal }: { home: Home; slack: SlackSandbox; signal: AbortSignal },
  stage: RunStage,
): Promise<void> {
  const lookAt = {
    hint: 'Does firebreak serve have its connection to Slack?',
    log: home.path('firebreak.log'),
  };
  await stage('firebreak doctor --click', lookAt, async () => {
    const asked = askDoctor(home, { args: ['--click'], ok: true });
    const [{ results }] = await Promise.all([asked, press(slack, signal)]);
    const click = results.find(({ check }) => check === 'slack/click');
    if (click?.status !== 'ok') throw new Error(`The click is ${click?.status}: ${click?.found}`);
  });
}

async function press(slack: SlackSandbox, signal: AbortSignal): Promise<void> {
  const ask = async () =>
    (await shown(slack, channel.id)).find((message) =>
      JSON.stringify(message.blocks ?? []).includes('doctor.click'),
    );
  await comesAbout(
    'the doctor posts its button',
    async () => (await ask()) !== undefined,
    PRESS_WITHIN_MS,
    signal,
  );
  const message = await ask();
  if (message !== undefined) await act(slack, people[0].id, message, 'doctor.click');
}
