import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type SlackSandbox, startSlackSandbox } from '../../../src/sandbox/slack/server.ts';
import { ALICE, clientOf, control, INCIDENTS, MANIFEST, startTestSandbox, until } from './harness.ts';

let sandbox: SlackSandbox | undefined;
afterEach(async () => {
  await sandbox?.stop();
  sandbox = undefined;
});

/** The status of a request with headers that `fetch` would not let us choose. */
function statusOf(url: string, method: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? '{}' : undefined);
  });
}

describe('the sandbox on a shared machine', () => {
  it('answers only to loopback names', async () => {
    sandbox = await startTestSandbox();
    const { port } = new URL(sandbox.url);
    const state = `${sandbox.url}/_sandbox/state`;
    expect(await statusOf(state, 'GET', { host: `127.0.0.1:${port}` })).toBe(200);
    expect(await statusOf(state, 'GET', { host: `localhost:${port}` })).toBe(200);
    expect(await statusOf(state, 'GET', { host: `attacker.example:${port}` })).toBe(403);
    expect(await statusOf(`${sandbox.apiUrl}auth.test`, 'POST', { host: 'attacker.example' })).toBe(403);
  });

  it('takes no posts from the pages of others', async () => {
    sandbox = await startTestSandbox();
    const url = `${sandbox.url}/_sandbox/home`;
    const json = { 'content-type': 'application/json' };
    expect(await statusOf(url, 'POST', { ...json, origin: 'https://attacker.example' })).toBe(403);
    expect(await statusOf(url, 'POST', { ...json, origin: 'null' })).toBe(403);
    expect(await statusOf(url, 'POST', { ...json, origin: sandbox.url })).toBe(400);
    expect(await statusOf(url, 'POST', { 'content-type': 'text/plain' })).toBe(415);
  });

  it('does not listen on other addresses', async () => {
    const options = { manifest: MANIFEST, users: [], channels: [], host: '0.0.0.0' };
    await expect(startSlackSandbox(options)).rejects.toThrow('loopback');
  });

  it('refuses a manifest that it cannot use, and members it does not know', async () => {
    const manifest = { ...MANIFEST, features: { slash_commands: [{ command: 'db' }] } };
    await expect(startTestSandbox({ manifest })).rejects.toThrow('slash_commands[0].command');
    const channels = [{ id: 'C1', name: 'c', members: ['U0NOBODY'] }];
    await expect(startTestSandbox({ channels })).rejects.toThrow('U0NOBODY');
  });
});

describe('the control API', () => {
  it('refuses with a sentence', async () => {
    sandbox = await startTestSandbox();
    const lost = await control(sandbox, 'nothing');
    expect(lost).toMatchObject({ httpStatus: 404, error: expect.stringContaining('nothing') });
    const stranger = await control(sandbox, 'home', { user: 'U0NOBODY' });
    expect(stranger).toMatchObject({ httpStatus: 404, error: expect.stringContaining('U0NOBODY') });
    const unknown = { user: ALICE, channel: INCIDENTS, command: '/nope', text: '' };
    expect(await control(sandbox, 'command', unknown)).toMatchObject({ httpStatus: 404 });
  });

  it('streams every change, and ends the stream when it stops', async () => {
    sandbox = await startTestSandbox();
    const response = await fetch(`${sandbox.url}/_sandbox/stream`);
    let seen = '';
    const ended = (async () => {
      for await (const chunk of response.body ?? []) seen += Buffer.from(chunk).toString('utf8');
    })();
    await until('the first event', () => seen.includes('event: change\ndata: {"version":'));
    const before = seen.length;
    await clientOf(sandbox).chat.postMessage({ channel: INCIDENTS, text: 'x' });
    await until('an event for the message', () => seen.length > before);
    await sandbox.stop();
    await ended;
  });

  it('stops twice without harm', async () => {
    sandbox = await startTestSandbox();
    await sandbox.stop();
    await sandbox.stop();
  });
});
