import { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { cross } from '../crossing.ts';
import { presentPhase } from './statements.ts';
import { wrap } from './wrap.ts';

const { WebSocket } = createRequire(import.meta.url)('undici') as typeof import('undici');

/** The acknowledgement of a click over Socket Mode: afterwards its bytes are with the socket. */
wrap(WebSocket.prototype, 'send', (_self, given, go) => {
  if (!String(given[0]).includes('envelope_id')) return go(...given);
  const name = `ack of a click, after ${presentPhase()}`;
  cross(name, 'before');
  const sent = go(...given);
  cross(name, 'after');
  return sent;
});

/** The answer to an alert. */
wrap(ServerResponse.prototype, 'end', (self, given, go) => {
  if (!(self instanceof ServerResponse) || self.req.url?.startsWith('/alerts/') !== true) return go(...given);
  const name = `answer ${self.statusCode} to an alert`;
  cross(name, 'before');
  self.once('finish', () => cross(name, 'after'));
  return go(...given);
});
