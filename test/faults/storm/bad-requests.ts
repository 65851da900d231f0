import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { StormTarget } from './storm-sender.ts';

const KINDS = ['cut in mid-body', 'malformed', 'oversize', 'wrong token'] as const;
type Kind = (typeof KINDS)[number];

/** Answers; 0 stands for a connection that broke, as every one does when the process is killed. */
const EXPECTED: Readonly<Record<Kind, readonly number[]>> = {
  'cut in mid-body': [0],
  malformed: [400],
  oversize: [413],
  // Whoever fails again and again is told to wait; the sender with the right token is not.
  'wrong token': [401, 429],
};
const PAUSE_MS = 150;

/** Sends what must not be accepted until the signal aborts, and tells what was answered otherwise than it should be. */
export async function sendBadRequests(target: StormTarget, signal: AbortSignal): Promise<string[]> {
  const wrong: string[] = [];
  for (let count = 0; !signal.aborted; count += 1) {
    const kind = KINDS[count % KINDS.length] ?? 'malformed';
    const url = target.url();
    if (url !== null) {
      const status = await send(kind, url, target.token).catch(() => 0);
      if (status !== 0 && !EXPECTED[kind].includes(status)) wrong.push(`${kind} was answered with ${status}`);
    }
    await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return wrong;
}

async function send(kind: Kind, url: string, token: string): Promise<number> {
  if (kind === 'cut in mid-body') return cut(new URL(url), token);
  const body =
    kind === 'oversize'
      ? `{"version":"4","alerts":[${' '.repeat(1_200_000)}]}`
      : kind === 'malformed'
        ? '{"version":"4","alerts":'
        : '{}';
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${kind === 'wrong token' ? `${token}x` : token}` },
    body,
  });
  await response.arrayBuffer();
  return response.status;
}

/** Promises a body, sends the half of it and hangs up. */
async function cut(url: URL, token: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname, () => {
      socket.write(
        `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\nauthorization: Bearer ${token}\r\ncontent-length: 900\r\n\r\n{"version":"4","al`,
      );
      setTimeout(() => socket.destroy(), 30);
    });
    socket.once('error', () => resolve(0));
    socket.once('close', () => resolve(0));
  });
}
