import { expect, onTestFinished, test } from 'vitest';
import { FirebreakError } from '../../src/domain/errors.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { OnCallPerson } from '../../src/ports/on-call.ts';
import type { SlackSandboxOptions } from '../../src/sandbox/slack/server.ts';
import { createSlackApprovers } from '../../src/slack/approvers/create-approvers.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { CHANNEL } from '../support/channel.ts';
import { beginOutage, calls, endOutage, fault } from './sandbox-control.ts';
import { startSandbox } from './support.ts';

const DBA = { id: 'S0DBA', handle: 'dba', name: 'DBAs', users: ['U0ALICE'] };
const ON_CALL = { onCall: 'platform' };

async function stage(
  onCallNow: () => readonly OnCallPerson[] = () => [],
  options: Partial<SlackSandboxOptions> = {},
) {
  const group = { ...DBA, users: [...DBA.users] };
  const sandbox = await startSandbox({ userGroups: [group], ...options });
  let skew = 0;
  const approvers = createSlackApprovers({
    config: {
      mode: 'socket',
      apiUrl: sandbox.apiUrl,
      channel: CHANNEL,
      botToken: new Secret(sandbox.botToken),
      appToken: null,
      signingSecret: null,
    },
    fetch,
    onCall: { sources: () => ['platform'], now: async () => onCallNow() },
    clock: {
      now: () => new Date(Date.now() + skew),
      steady: () => performance.now(),
      sleep: async () => undefined,
    },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  return {
    sandbox,
    approvers,
    tick: (ms: number) => {
      skew += ms;
    },
    asked: async (method: string) => (await calls(sandbox, method)).length,
  };
}

test('a user group is read from Slack, once for a storm of clicks, and anew for the next one', async () => {
  const { approvers, tick, asked } = await stage();
  const storm = await Promise.all(Array.from({ length: 20 }, async () => approvers.membersOf('S0DBA')));
  for (const members of storm)
    expect(members).toEqual({ approver: 'S0DBA', people: ['U0ALICE'], problem: null });
  expect(await asked('usergroups.users.list')).toBe(1);
  tick(3_100);
  await approvers.membersOf('S0DBA');
  expect(await asked('usergroups.users.list')).toBe(2);
});

test.each([
  ['plan_upgrade_required', /user groups need a paid plan of Slack: list people by their ids/],
  ['missing_scope', /the Slack app lacks a scope/],
  ['internal_error', /no answer: internal_error/],
  ['ratelimited', /Slack takes no more questions for/],
  ['something_else', /Slack says something_else/],
])('%s names nobody and says why, and the next click asks again', async (error, problem) => {
  const { sandbox, approvers } = await stage();
  await fault(sandbox, { method: 'usergroups.users.list', error, times: 1 });
  const members = await approvers.membersOf('S0DBA');
  expect(members.people).toEqual([]);
  expect(members.problem).toMatch(problem);
  expect(await approvers.membersOf('S0DBA')).toMatchObject({ people: ['U0ALICE'], problem: null });
});

test('an app without the scope, a group that is not there, and a Slack that hangs name nobody in time', async () => {
  const manifest = slackManifest({ mode: 'socket' });
  const bot = manifest.oauth_config.scopes.bot.filter((scope) => scope !== 'usergroups:read');
  const without = await stage(undefined, { manifest: { ...manifest, oauth_config: { scopes: { bot } } } });
  expect((await without.approvers.membersOf('S0DBA')).problem).toMatch(/usergroups:read/);
  const { sandbox, approvers } = await stage();
  expect((await approvers.membersOf('S0NONE')).problem).toBe('there is no such user group');
  await beginOutage(sandbox, { kind: 'hang' });
  onTestFinished(async () => {
    await endOutage(sandbox);
  });
  const since = Date.now();
  expect((await approvers.membersOf('S0DBA')).problem).toMatch(/no answer in time/);
  expect(Date.now() - since).toBeLessThan(2_500);
});

test('whoever is on call is known by the Slack id or by the address; who is nobody in Slack is nobody', async () => {
  const person = (email: string | null, slackId: string | null) => ({
    name: 'n',
    email,
    slackId,
    until: null,
  });
  const { approvers, tick, asked } = await stage(() => [
    person(null, 'U0BOB'),
    person('alice@example.com', null),
    person('nobody@example.com', null),
    person(null, null),
  ]);
  expect(await approvers.membersOf(ON_CALL)).toEqual({
    approver: ON_CALL,
    people: ['U0BOB', 'U0ALICE'],
    problem: null,
  });
  tick(3_100);
  await approvers.membersOf(ON_CALL);
  // The address that is known is not asked for again within five minutes, the one that is not is.
  expect(await asked('users.lookupByEmail')).toBe(3);
});

test('an on-call source that does not answer names nobody, with its own words', async () => {
  const { approvers } = await stage(() => {
    throw new FirebreakError('on-call-unreachable', 'On-call source "platform" did not answer in time.', {
      hint: 'Try again.',
    });
  });
  expect(await approvers.membersOf(ON_CALL)).toEqual({
    approver: ON_CALL,
    people: [],
    problem: 'On-call source "platform" did not answer in time',
  });
});
