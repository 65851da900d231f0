import { once } from 'node:events';
import type { App } from '@slack/bolt';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { SlackSandbox } from '../../../src/sandbox/slack/server.ts';
import {
  ALICE,
  BOB,
  buttonBlocks,
  clientOf,
  control,
  INCIDENTS,
  MANIFEST,
  refusalOf,
  startSocketApp,
  startTestSandbox,
  until,
} from './harness.ts';

// biome-ignore lint/suspicious/noExplicitAny: frames are asserted member by member
type Frame = any;

let sandbox: SlackSandbox;
const apps: App[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()));
  await sandbox.stop();
});

/** A bare connection that acknowledges only what the test says, with the frames it got. */
class Connection {
  readonly frames: Frame[] = [];
  readonly socket: WebSocket;

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.on('message', (data: Buffer) => this.frames.push(JSON.parse(data.toString('utf8'))));
    this.socket.on('error', () => {});
  }

  ofType(type: string): Frame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  ack(frame: Frame, payload: object = {}): void {
    this.socket.send(JSON.stringify({ envelope_id: frame.envelope_id, payload }));
  }
}

async function connect(): Promise<Connection> {
  const { url = '' } = await clientOf(sandbox, sandbox.appToken).apps.connections.open();
  const connection = new Connection(url);
  await until('hello or a refusal', () => connection.frames.length > 0);
  return connection;
}

async function click() {
  const { ts } = await clientOf(sandbox).chat.postMessage({
    channel: INCIDENTS,
    text: 'Kill?',
    blocks: buttonBlocks(),
  });
  const place = { channel: INCIDENTS, ts, block_id: 'row', action_id: 'approve' };
  return control(sandbox, 'action', { user: BOB, ...place });
}

const mention = () =>
  control(sandbox, 'message', { user: ALICE, channel: INCIDENTS, text: 'hey <@U0SANDBOXBOT>' });

describe('connections', () => {
  it('says hello, answers pings, and takes each ticket once', async () => {
    sandbox = await startTestSandbox();
    const { url = '' } = await clientOf(sandbox, sandbox.appToken).apps.connections.open();
    const connection = new Connection(url);
    await until('hello', () => connection.frames.length > 0);
    expect(connection.frames[0]).toMatchObject({
      type: 'hello',
      num_connections: 1,
      connection_info: { app_id: 'A0SANDBOXAPP' },
    });
    connection.socket.ping('are you there');
    const [data] = await once(connection.socket, 'pong');
    expect(String(data)).toBe('are you there');
    const [error] = await once(new WebSocket(url), 'error');
    expect(String(error)).toContain('401');
  });

  it('refuses the eleventh connection', async () => {
    sandbox = await startTestSandbox();
    for (let open = 0; open < 10; open += 1) await connect();
    const eleventh = await connect();
    expect(eleventh.frames).toMatchObject([{ type: 'disconnect', reason: 'too_many_websockets' }]);
    expect((await control(sandbox, 'state')).link).toEqual({ mode: 'socket', connections: 10 });
  });

  it('gives no address when the manifest has Socket Mode off', async () => {
    const settings = { ...MANIFEST.settings, socket_mode_enabled: false };
    sandbox = await startTestSandbox({ manifest: { ...MANIFEST, settings } });
    const opening = clientOf(sandbox, sandbox.appToken).apps.connections.open();
    expect((await refusalOf(opening)).ok).toBe(false);
  });
});

describe('envelopes', () => {
  it('go to one connection each, in turn', async () => {
    sandbox = await startTestSandbox({ ackTimeoutMs: 500 });
    const both = [await connect(), await connect()];
    for (const one of both) {
      one.socket.on('message', (data: Buffer) => one.ack(JSON.parse(data.toString('utf8'))));
    }
    for (let sent = 0; sent < 4; sent += 1) await mention();
    await until('four envelopes', () => both.flatMap((one) => one.ofType('events_api')).length === 4);
    expect(both.map((one) => one.ofType('events_api').length)).toEqual([2, 2]);
  });

  it('go to the connections that were chosen while one of them is open', async () => {
    sandbox = await startTestSandbox({ ackTimeoutMs: 500 });
    const all = [await connect(), await connect(), await connect()];
    for (const one of all) {
      one.socket.on('message', (data: Buffer) => one.ack(JSON.parse(data.toString('utf8'))));
    }
    const counts = () => all.map((one) => one.ofType('events_api').length);
    const { numbers } = await control(sandbox, 'connections');
    await control(sandbox, 'connections', { numbers: [numbers[1]] });
    for (let sent = 0; sent < 3; sent += 1) await mention();
    await until('three envelopes', () => counts()[1] === 3);
    all[1]?.socket.terminate();
    await until('two connections', async () => (await control(sandbox, 'state')).link.connections === 2);
    for (let sent = 0; sent < 2; sent += 1) await mention();
    await until('two more envelopes', () => counts().join() === '1,3,1');
  });

  it('fail when nobody is connected, when nobody acknowledges, and when the connection breaks', async () => {
    sandbox = await startTestSandbox({ ackTimeoutMs: 100 });
    expect(await click()).toMatchObject({ ok: false, verdict: 'failed' });
    const connection = await connect();
    expect(await click()).toMatchObject({ ok: false, verdict: 'timeout' });
    const broken = click();
    await until('the second click', () => connection.ofType('interactive').length === 2);
    connection.socket.terminate();
    expect(await broken).toMatchObject({ ok: false, verdict: 'failed' });
    const state = await control(sandbox, 'state');
    const pending = state.channels[0].messages.map((message: Frame) => message.pending[0].verdict);
    expect(pending).toEqual(['failed', 'failed', 'failed']);
  });

  it('of events come again until they are acknowledged, with the same event_id', async () => {
    sandbox = await startTestSandbox({ ackTimeoutMs: 50, eventRetryDelaysMs: [0, 20, 20] });
    const connection = await connect();
    await mention();
    const third = await until('the third attempt', () => connection.ofType('events_api')[2]);
    connection.ack(third);
    expect(connection.ofType('events_api').map((frame) => frame.retry_attempt)).toEqual([0, 1, 2]);
    expect(third.retry_reason).toBe('timeout');
    const ids = new Set(connection.ofType('events_api').map((frame) => frame.payload.event_id));
    expect(ids.size).toBe(1);
    await mention();
    await until('the next event', () => connection.ofType('events_api')[3]);
    expect(connection.ofType('events_api')[3].payload.event_id).not.toBe(third.payload.event_id);
    expect(connection.ofType('events_api')[3].retry_attempt).toBe(0);
  });
});

describe('a Bolt app', () => {
  it.each(['refresh_requested', 'kill'])('comes back after %s', async (reason) => {
    sandbox = await startTestSandbox();
    apps.push(
      await startSocketApp(
        sandbox,
        (app) => {
          app.action('approve', async ({ ack }) => ack());
        },
        400,
      ),
    );
    await control(sandbox, 'disconnect', { reason });
    await until('the link is down', async () => (await control(sandbox, 'state')).link.connections === 0);
    await until('the link is up', async () => (await control(sandbox, 'state')).link.connections === 1);
    expect(await click()).toMatchObject({ verdict: 'acked' });
  });

  it('that never acknowledges an action is shown as timed out', async () => {
    sandbox = await startTestSandbox({ ackTimeoutMs: 100 });
    apps.push(
      await startSocketApp(sandbox, (app) => {
        app.action('approve', async () => {});
      }),
    );
    expect(await click()).toMatchObject({ ok: false, verdict: 'timeout' });
  });
});
