import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { SlackSandbox } from '../../../src/sandbox/slack/server.ts';
import { ALICE, control, INCIDENTS, startHttpApp, startTestSandbox, until } from './harness.ts';

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** An app that writes down what it is sent and answers with a status of the test's choice. */
class BareApp {
  readonly received: Received[] = [];
  status = 200;
  answer: string | undefined = '';
  headers: Record<string, string> = {};
  readonly #server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    this.received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
    if (this.answer === undefined) return;
    response.writeHead(this.status, this.headers).end(this.answer);
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The app has no port.');
    return `http://127.0.0.1:${address.port}/slack/events`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

let sandbox: SlackSandbox;
let app: BareApp | undefined;
afterEach(async () => {
  app?.close();
  app = undefined;
  await sandbox.stop();
});

async function start(options: { ackTimeoutMs?: number; eventRetryDelaysMs?: number[] } = {}) {
  app = new BareApp();
  const requestUrl = await app.listen();
  sandbox = await startTestSandbox({ ...options, delivery: { mode: 'http', requestUrl } });
  return app;
}

const command = () =>
  control(sandbox, 'command', { user: ALICE, channel: INCIDENTS, command: '/db-triage', text: 'a & b' });
const mention = () =>
  control(sandbox, 'message', { user: ALICE, channel: INCIDENTS, text: 'hey <@U0SANDBOXBOT>' });

describe('signed HTTP', () => {
  it('signs what it sends, and shows a plain text answer as an ephemeral message', async () => {
    const bare = await start();
    bare.answer = 'on it';
    expect(await command()).toMatchObject({ verdict: 'acked', status: 200, response: { text: 'on it' } });
    const { headers, body } = bare.received[0] ?? { headers: {}, body: '' };
    const base = `v0:${String(headers['x-slack-request-timestamp'])}:${body}`;
    const digest = createHmac('sha256', sandbox.signingSecret).update(base).digest('hex');
    expect(headers['x-slack-signature']).toBe(`v0=${digest}`);
    expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
      command: '/db-triage',
      text: 'a & b',
      response_url: expect.stringContaining(sandbox.url),
    });
    const [message] = (await control(sandbox, 'state')).channels[0].messages;
    expect(message).toMatchObject({ text: 'on it', ephemeral_to: ALICE });
  });

  it('is refused by the real receiver when the secret is another', async () => {
    sandbox = await startTestSandbox();
    const stranger = { ...sandbox, signingSecret: 'another secret' };
    const bolt = await startHttpApp(stranger, (one) => {
      one.command('/db-triage', async ({ ack }) => ack());
    });
    expect(await command()).toMatchObject({ ok: false, verdict: 'failed', status: 401 });
    await bolt.stop();
  });

  it('tells a late answer and a broken app apart', async () => {
    const bare = await start({ ackTimeoutMs: 100 });
    bare.answer = undefined;
    expect(await command()).toMatchObject({ ok: false, verdict: 'timeout' });
    bare.answer = '';
    bare.status = 500;
    expect(await command()).toMatchObject({ ok: false, verdict: 'failed', status: 500 });
    bare.close();
    expect(await command()).toMatchObject({ ok: false, verdict: 'failed' });
  });

  it('repeats an event with number and reason until it is taken', async () => {
    const bare = await start({ eventRetryDelaysMs: [0, 10, 10] });
    bare.status = 500;
    await mention();
    await until('all attempts', () => bare.received.length === 4);
    const retries = bare.received.map(({ headers }) => [
      headers['x-slack-retry-num'],
      headers['x-slack-retry-reason'],
    ]);
    expect(retries).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
      ['3', 'http_error'],
    ]);
  });

  it('does not repeat an event when the app says so', async () => {
    const bare = await start({ eventRetryDelaysMs: [0, 0, 0] });
    bare.status = 500;
    bare.headers = { 'x-slack-no-retry': '1' };
    await mention();
    await until('the first event', () => bare.received.length === 1);
    bare.headers = {};
    bare.status = 200;
    await mention();
    await until('the second event', () => bare.received.length === 2);
    expect(bare.received.every(({ headers }) => headers['x-slack-retry-num'] === undefined)).toBe(true);
  });
});
