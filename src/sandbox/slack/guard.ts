import type { IncomingMessage } from 'node:http';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

function hostnameOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).hostname : '';
}

/** Tells whether an address can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || host === '::1';
}

/**
 * Why a request must not be answered, or undefined. A Host that is not loopback is a foreign page that rebinds
 * its name to this machine; a foreign Origin is a foreign page that posts here.
 */
export function refusal(request: IncomingMessage): string | undefined {
  const host = request.headers.host ?? '';
  if (!LOOPBACK.has(hostnameOf(`http://${host}`))) {
    return 'The sandbox answers only to 127.0.0.1, localhost and [::1]. Use one of these addresses.';
  }
  const { origin } = request.headers;
  const isForeign = origin !== undefined && origin !== `http://${host}`;
  if (isForeign && request.method !== 'GET') {
    return 'The sandbox takes no requests from pages of other sites. Use its own page.';
  }
  return undefined;
}
