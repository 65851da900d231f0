import { Dispatcher1Wrapper, EnvHttpProxyAgent } from 'undici';
import type { Fetch } from '../../ports/http.ts';

/** Milliseconds for which an idle connection is kept for the next request. */
const KEEP_ALIVE_MS = 30_000;

/** Outgoing HTTP requests over connections of their own, kept warm between requests, that can be closed. */
export interface Outgoing {
  readonly fetch: Fetch;
  /** The same connections for a client that takes a dispatcher of undici, as Slack's socket does. */
  readonly dispatcher: EnvHttpProxyAgent;
  /** Lets requests under way end for at most this many milliseconds, then cuts them. */
  close(graceMs: number): Promise<void>;
}

/**
 * The fetch of Node over an agent of undici, which goes through the proxies of HTTPS_PROXY, HTTP_PROXY and NO_PROXY; the
 * wrapper is how undici 8 fits Node 24 (undici, docs/api/Dispatcher1Wrapper).
 */
export function createOutgoing(): Outgoing {
  const agent = new EnvHttpProxyAgent({ keepAliveTimeout: KEEP_ALIVE_MS });
  const dispatcher = new Dispatcher1Wrapper(agent);
  const cut = new AbortController();
  return {
    // The types of undici and of Node describe one thing in two versions; assigned, they are one.
    async fetch(url, init) {
      const signal = init?.signal ? AbortSignal.any([init.signal, cut.signal]) : cut.signal;
      return await fetch(url, Object.assign({}, init, { dispatcher, signal }));
    },
    dispatcher: agent,
    async close(graceMs) {
      // An agent that closes has let go of its clients: destroying it would cut nothing (undici 8.12).
      const timer = setTimeout(() => cut.abort(new Error('Firebreak is stopping')), graceMs);
      await agent.close().catch(() => undefined);
      clearTimeout(timer);
    },
  };
}
