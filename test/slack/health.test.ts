import { expect, test } from 'vitest';
import { FirebreakError } from '../../src/domain/errors.ts';
import { badChannel, missingScopes } from '../../src/slack/app/slack-fault.ts';
import { createHealth, type Health } from '../../src/slack/health/health.ts';
import { startHeartbeat } from '../../src/slack/health/heartbeat.ts';
import { watchHealth } from '../../src/slack/health/watch.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const MINUTE = 60_000;
const refusedToken = new FirebreakError('slack-token', 'Slack refused the bot token with "token_revoked".', {
  hint: 'Copy the token.',
});
const noAnswer = new FirebreakError('slack-unreachable', 'Slack did not answer auth.test (ECONNREFUSED).', {
  hint: 'Check the network.',
  retryable: true,
});

/** A watched health whose checks end as the test says. */
function createWatched() {
  const clock = createVirtualClock();
  const health = createHealth(clock);
  const log: { level: string; sentence: string }[] = [];
  const logged = (level: string) => (_: unknown, sentence?: unknown) => {
    log.push({ level, sentence: String(sentence) });
  };
  const stop = new AbortController();
  const checks: number[] = [];
  const how: { fails: ((health: Health) => void) | null } = { fails: null };
  watchHealth({
    health,
    async check() {
      checks.push(clock.now().getTime());
      if (how.fails === null) return;
      how.fails(health);
      throw noAnswer;
    },
    meanwhile: async () => ({ openIncidents: 3, waiting: 2 }),
    clock,
    logger: { debug() {}, info: logged('info'), warn: logged('warn'), error: logged('error') },
    signal: stop.signal,
  });
  const lose = () => {
    how.fails = () => health.unanswered('auth.test', noAnswer);
    health.unanswered('chat.update', noAnswer);
  };
  return { clock, health, log, checks, how, lose, stop };
}

test('Slack away for hours is told at once, at 1, 5, 15 and 60 minutes, then hourly, and when it is back', async () => {
  const { clock, log, lose, how, health, checks, stop } = createWatched();
  lose();
  await clock.advance(3 * 60 * MINUTE, 10_000);
  const told = log.map(({ sentence }) => /unreachable(?: for ([^:]+))?:/.exec(sentence)?.[1] ?? '');
  expect(told.slice(1)).toEqual(['60 s', '5 min', '15 min', '60 min', '2 h 0 min', '3 h 0 min']);
  expect(log.at(-1)?.sentence).toMatch(/ECONNREFUSED.*3 incidents open, the messages of 2 wait/);
  expect(checks.length).toBeLessThan(3 * 60 * 5);
  expect(health.isOpen()).toBe(false);
  how.fails = null;
  await clock.advance(30_000, 1_000);
  expect(log.at(-1)).toEqual({
    level: 'info',
    sentence: 'Slack works again after 3 h 0 min. 2 incidents still to be brought up to date.',
  });
  expect(health.isWell()).toBe(true);
  stop.abort();
});

test('one call without an answer is no outage: it is checked and not told', async () => {
  const { clock, log, health, stop } = createWatched();
  health.unanswered('chat.postMessage', noAnswer);
  expect(health.isOpen()).toBe(false);
  await clock.advance(10_000, 500);
  expect(health.isOpen()).toBe(true);
  expect(log).toEqual([]);
  stop.abort();
});

test('a method that fails again and again while Slack answers is told of', async () => {
  const { clock, log, health, stop } = createWatched();
  for (let times = 0; times < 4; times += 1) {
    health.unanswered('chat.postMessage', noAnswer);
    await clock.advance(10_000, 500);
  }
  expect(log[0]?.sentence).toContain('A call to Slack has failed');
  health.answered('chat.postMessage');
  await clock.advance(10_000, 500);
  expect(log.at(-1)?.sentence).toContain('Slack works again');
  stop.abort();
});

test('trouble that comes and goes within seconds is told as one', async () => {
  const { clock, log, how, lose, stop } = createWatched();
  for (let times = 0; times < 10; times += 1) {
    lose();
    await clock.advance(2_500, 500);
    how.fails = null;
    await clock.advance(1_500, 500);
  }
  expect(log.length).toBeLessThanOrEqual(3);
  stop.abort();
});

test('what a person has to mend is told with what to do, tried seldom, and over when it is mended', async () => {
  const { clock, log, how, health, checks, stop } = createWatched();
  how.fails = (board) => board.refused(refusedToken);
  health.refused(refusedToken);
  await clock.advance(10 * MINUTE, 1_000);
  expect(log[0]).toEqual({
    level: 'error',
    sentence: expect.stringMatching(
      /token_revoked.*Copy the token\..*a new token too when it comes in a file; one in an environment variable needs a restart/,
    ),
  });
  expect(checks.length).toBeLessThan(30);
  how.fails = null;
  await clock.advance(40_000, 1_000);
  expect(health.isWell()).toBe(true);
  expect(log.at(-1)?.sentence).toContain('works again after 10 min');
  stop.abort();
});

test('a refreshed link is not told, a lost one is', async () => {
  const { clock, log, health, stop } = createWatched();
  health.linkDown(noAnswer);
  await clock.advance(2_000, 500);
  health.linkUp();
  await clock.advance(10_000, 500);
  expect(log).toEqual([]);
  health.linkDown(noAnswer);
  await clock.advance(10_000, 500);
  expect(log[0]?.sentence).toContain('Clicks have not arrived from Slack');
  expect(health.isOpen()).toBe(true);
  stop.abort();
});

/** A heartbeat whose checks end as the test says. */
function createBeating() {
  const { clock, health, log, stop } = createWatched();
  const beats = { count: 0, ends: (): void => health.answered('auth.test') };
  startHeartbeat({
    health,
    async check() {
      beats.count += 1;
      beats.ends();
    },
    clock,
    logger: {
      debug() {},
      info() {},
      warn() {},
      error: (...said: unknown[]) => log.push({ level: 'error', sentence: String(said[1]) }),
    },
    signal: stop.signal,
  });
  return { clock, health, log, beats, stop };
}

test('while nothing else asks Slack it is asked a few times a minute, and not while something does', async () => {
  const { clock, health, log, beats, stop } = createBeating();
  await clock.advance(10 * MINUTE, 7_000);
  expect(beats.count).toBeGreaterThanOrEqual(20);
  expect(beats.count).toBeLessThanOrEqual(45);
  const asked = beats.count;
  for (let seconds = 0; seconds < 120; seconds += 5) {
    health.answered('chat.update');
    await clock.advance(5_000, 5_000);
  }
  expect(beats.count).toBe(asked);
  expect(log).toEqual([]);
  stop.abort();
});

test('a scope that was taken away is told once, and messages go on', async () => {
  const { clock, health, log, beats, stop } = createBeating();
  beats.ends = () => {
    throw missingScopes(['files:write']);
  };
  await clock.advance(5 * MINUTE, 7_000);
  expect(log).toEqual([
    { level: 'error', sentence: expect.stringMatching(/lacks files:write\. Paste manifest\.yml/) },
  ]);
  expect(health.isOpen()).toBe(true);
  stop.abort();
});

test('a channel that the bot was removed from holds messages back until it is invited again', async () => {
  const { clock, health, beats, stop } = createBeating();
  beats.ends = () => {
    throw badChannel('not_in_channel');
  };
  await clock.advance(28_000, 7_000);
  expect(health.trouble()).toMatchObject({ kind: 'refused', fault: { code: 'slack-channel' } });
  expect(health.isOpen()).toBe(false);
  beats.ends = () => undefined;
  await clock.advance(40_000, 1_000);
  expect(health.isWell()).toBe(true);
  stop.abort();
});
