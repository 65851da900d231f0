import { expect, test } from 'vitest';
import { FirebreakError } from '../../src/domain/errors.ts';
import { createHealth } from '../../src/slack/health/health.ts';
import { watchHealth } from '../../src/slack/health/watch.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const fault = new FirebreakError('slack-unreachable', 'Slack did not answer.', { hint: '', retryable: true });

test.each(Array.from({ length: 12 }, (_, index) => index))(
  'trouble that begins %i moments after the last was told to be over is watched too',
  async (moments) => {
    const clock = createVirtualClock();
    const health = createHealth(clock);
    let again = false;
    async function beginAgain(): Promise<void> {
      again = true;
      for (let moment = 0; moment < moments; moment += 1) await Promise.resolve();
      health.unanswered('chat.update', fault);
    }
    const quiet = () => undefined;
    const info = () => void (again || void beginAgain());
    const stop = new AbortController();
    watchHealth({
      health,
      check: async () => undefined,
      meanwhile: async () => ({ openIncidents: 0, waiting: 0 }),
      clock,
      logger: { debug: quiet, info, warn: quiet, error: quiet },
      signal: stop.signal,
    });
    for (let failure = 0; failure < 3; failure += 1) health.unanswered('auth.test', fault);
    await clock.advance(40_000, 500);
    stop.abort();
    expect(again).toBe(true);
    expect(health.isOpen()).toBe(true);
  },
);
