import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

/** What the integration of the scene is called by. */
export const ROUTING_KEY = 'routing-key-of-the-scene';

const Event = z.object({
  routing_key: z.literal(ROUTING_KEY),
  event_action: z.enum(['trigger', 'acknowledge', 'resolve']),
  dedup_key: z.string().min(1),
});

/** An alert that woke somebody up, as the pager has it. */
export interface Paged {
  readonly dedupeKey: string;
  /** Further triggers join an alert that is not resolved. */
  readonly triggers: number;
  readonly status: 'triggered' | 'acknowledged' | 'resolved';
  readonly wasAcknowledged: boolean;
}

/**
 * A pager over HTTP that keeps the rules of PagerDuty's Events API v2: a trigger with the key of an open alert joins it,
 * one with the key of a resolved alert opens a new one and wakes somebody again, and what is said about an alert that is
 * not open changes nothing.
 */
export interface PagerServer extends AsyncDisposable {
  readonly url: string;
  /** Every alert that was opened, oldest first. */
  paged(): readonly Paged[];
  /** Requests that were no events of this API, by their text. */
  refused(): readonly string[];
}

export async function startPager(): Promise<PagerServer> {
  const paged: Paged[] = [];
  const refused: string[] = [];
  function take({ event_action: action, dedup_key: dedupeKey }: z.infer<typeof Event>): void {
    const at = paged.findIndex((one) => one.dedupeKey === dedupeKey && one.status !== 'resolved');
    const open = paged[at];
    if (open !== undefined) paged[at] = after(open, action);
    else if (action === 'trigger') {
      paged.push({ dedupeKey, triggers: 1, status: 'triggered', wasAcknowledged: false });
    }
  }
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const event = Event.safeParse(parseJson(body));
      const isTaken = event.success && request.method === 'POST' && request.url === '/v2/enqueue';
      if (isTaken) take(event.data);
      else refused.push(`${request.method} ${request.url} ${body}`);
      response.writeHead(isTaken ? 202 : 400, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(
          isTaken ? { status: 'success', dedup_key: event.data.dedup_key } : { status: 'invalid event' },
        ),
      );
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paged: () => [...paged],
    refused: () => [...refused],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function after(open: Paged, action: z.infer<typeof Event>['event_action']): Paged {
  if (action === 'trigger') return { ...open, triggers: open.triggers + 1 };
  if (action === 'resolve') return { ...open, status: 'resolved' };
  return { ...open, status: 'acknowledged', wasAcknowledged: true };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
