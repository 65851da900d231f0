import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createOutgoing } from '../../../src/adapters/http/outgoing.ts';
import { createOnCall, type OnCallConfig } from '../../../src/adapters/oncall/on-call.ts';
import { createPager, type PagingConfig } from '../../../src/adapters/oncall/pager.ts';

/** A request as the server of a vendor saw it. */
export interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What it answers; `hang` never answers. */
export type Reply =
  | {
      readonly status?: number;
      readonly body?: string | object;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'hang';

/** A server on a free port that answers as it is told; closes when the test ends. */
export async function vendor(answer: (seen: Seen, count: number) => Reply) {
  const requests: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const seen = {
        method: request.method ?? '',
        url: new URL(request.url ?? '', 'http://vendor'),
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(seen);
      const reply = answer(seen, requests.length);
      if (reply === 'hang') return;
      const { status = 200, body = {}, headers = {} } = reply;
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** A payload in the shape that the vendor documents. */
export function fixture(name: string): object {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));
}

/** Sunday afternoon, in the shift of the fixtures. */
export const NOW = new Date('2026-11-15T14:23:00Z');

function options() {
  const outgoing = createOutgoing();
  onTestFinished(() => outgoing.close(0));
  return { fetch: outgoing.fetch, clock: { now: () => NOW }, timeoutMs: 300 };
}

/** Who is on call by this one source. */
export async function onCallBy(config: OnCallConfig, signal = new AbortController().signal) {
  return await createOnCall([config], options()).now(config.name, signal);
}

/** This one pager. */
export function pagerBy(config: PagingConfig) {
  const pager = createPager([config], options());
  const { signal } = new AbortController();
  return {
    page: (link: string | null = 'https://acme.slack.com/archives/C1/p1', summary = PAGE.summary) =>
      pager.page(config.name, { ...PAGE, link, summary }, signal),
    acknowledge: () => pager.acknowledge(config.name, PAGE.dedupeKey, signal),
    resolve: () => pager.resolve(config.name, PAGE.dedupeKey, signal),
  };
}

export const PAGE = {
  dedupeKey: 'firebreak-INC-7-kill-queries-1',
  incidentId: 'INC-7',
  database: 'orders-primary',
  summary: 'INC-7 waits for a decision on "Kill the long queries" (orders-primary)',
};
