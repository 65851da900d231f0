import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { isJsonObject, parseJson, stringOf } from '../json.ts';
import type { Delivery, DeliveryVerdict, Dispatch } from './delivery.ts';
import type { Disconnection, DisconnectReason } from './disconnection.ts';

/** Slack's limit of open connections per app. Source: node-slack-sdk#1654. */
const MAX_CONNECTIONS = 10;
const PING_INTERVAL_MS = 10_000;

/** What Socket Mode delivery needs. */
export interface SocketDeliveryOptions {
  appId: string;
  ackTimeoutMs: number;
  /** Told when a connection comes or goes. */
  onChange: () => void;
}

interface Waiting {
  socket: WebSocket;
  settle(verdict: Omit<DeliveryVerdict, 'ms'>): void;
}

/** An open connection with its number, counted from 1 in the order in which they were opened. */
interface Connection {
  number: number;
  socket: WebSocket;
}

/** The server's end of Socket Mode. Each payload goes to one connection: to each in turn, unless told to which. */
export class SocketDelivery implements Delivery {
  readonly #options: SocketDeliveryOptions;
  readonly #connections: Connection[] = [];
  readonly #waiting = new Map<string, Waiting>();
  #turn = 0;
  #refused: { reason: DisconnectReason; times: number } | null = null;
  #opened = 0;
  #chosen: readonly number[] = [];

  constructor(options: SocketDeliveryOptions) {
    this.#options = options;
  }

  /** The number of open connections. */
  get connections(): number {
    return this.#connections.length;
  }

  /** The numbers of the open connections. */
  get numbers(): number[] {
    return this.#connections.map(({ number }) => number);
  }

  /** Sends what follows to these connections only, in turn, while one of them is open. An empty list means to all. */
  choose(numbers: readonly number[]): void {
    this.#chosen = numbers;
  }

  /** Takes a new connection: says hello, or refuses when there are too many. */
  accept(socket: WebSocket): void {
    const refusal = this.connections >= MAX_CONNECTIONS ? 'too_many_websockets' : this.#takeRefusal();
    if (refusal !== null) {
      sendDisconnect(socket, refusal);
      socket.close();
      return;
    }
    this.#opened += 1;
    this.#connections.push({ number: this.#opened, socket });
    const ping = setInterval(() => socket.ping(), PING_INTERVAL_MS);
    socket.on('message', (data: Buffer) => this.#receive(data.toString('utf8')));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearInterval(ping);
      this.#forget(socket);
    });
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.connections,
        debug_info: { host: 'slack-sandbox', build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: this.#options.appId },
      }),
    );
    this.#options.onChange();
  }

  async deliver(dispatch: Dispatch): Promise<DeliveryVerdict> {
    const started = Date.now();
    const chosen = this.#connections.filter(({ number }) => this.#chosen.includes(number));
    const open = chosen.length === 0 ? this.#connections : chosen;
    const turn = dispatch.connection ?? this.#turn++;
    const socket = open[turn % Math.max(1, open.length)]?.socket;
    if (socket === undefined) return { verdict: 'failed', ms: 0, reason: 'no_connection' };
    const verdict = await this.#send(socket, dispatch);
    return { ...verdict, ms: Date.now() - started };
  }

  #send(socket: WebSocket, dispatch: Dispatch): Promise<Omit<DeliveryVerdict, 'ms'>> {
    const envelopeId = randomUUID();
    return new Promise((resolve) => {
      const settle = (verdict: Omit<DeliveryVerdict, 'ms'>) => {
        clearTimeout(timer);
        this.#waiting.delete(envelopeId);
        resolve(verdict);
      };
      const timer = setTimeout(
        () => settle({ verdict: 'timeout', reason: 'timeout' }),
        this.#options.ackTimeoutMs,
      );
      this.#waiting.set(envelopeId, { socket, settle });
      socket.send(JSON.stringify(envelope(envelopeId, dispatch)));
    });
  }

  #receive(text: string): void {
    const frame = parseJson(text);
    const id = isJsonObject(frame) ? stringOf(frame.envelope_id) : undefined;
    if (id === undefined || !isJsonObject(frame)) return;
    this.#waiting.get(id)?.settle({ verdict: 'acked', response: frame.payload });
  }

  #forget(socket: WebSocket): void {
    const index = this.#connections.findIndex((connection) => connection.socket === socket);
    if (index >= 0) this.#connections.splice(index, 1);
    for (const waiting of this.#waiting.values()) {
      if (waiting.socket === socket) waiting.settle({ verdict: 'failed', reason: 'connection_closed' });
    }
    this.#options.onChange();
  }

  /** The next connections are told to go as soon as they are made. */
  refuseNext(reason: DisconnectReason, times: number): void {
    this.#refused = { reason, times };
  }

  #takeRefusal(): DisconnectReason | null {
    if (this.#refused === null || this.#refused.times === 0) return null;
    this.#refused.times -= 1;
    return this.#refused.reason;
  }

  /** Ends connections; answers how many. */
  disconnect({ reason, which, closeAfterMs }: Disconnection): number {
    const open = this.#connections.map(({ socket }) => socket);
    const sockets = which === 'all' ? open : open.slice(0, 1);
    for (const socket of sockets) {
      if (reason === 'kill') socket.terminate();
      else this.#abandon(socket, reason, closeAfterMs);
    }
    return sockets.length;
  }

  /** Nothing is sent or read on the connection any more; acknowledgements on their way still count. */
  #abandon(socket: WebSocket, reason: DisconnectReason | 'silent', closeAfterMs: number): void {
    if (reason !== 'silent') sendDisconnect(socket, reason);
    const index = this.#connections.findIndex((connection) => connection.socket === socket);
    if (index >= 0) this.#connections.splice(index, 1);
    this.#options.onChange();
    if (reason === 'silent') socket.pause();
    // Slack's end of the close handshake leaves the connection open.
    socket.close = () => undefined;
    const timer = setTimeout(() => socket.terminate(), closeAfterMs);
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
  }
}

function sendDisconnect(socket: WebSocket, reason: DisconnectReason): void {
  socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'slack-sandbox' } }));
}

function envelope(envelopeId: string, dispatch: Dispatch): object {
  const { retry } = dispatch;
  return {
    envelope_id: envelopeId,
    type: dispatch.type,
    payload: dispatch.payload,
    accepts_response_payload: dispatch.type !== 'events_api',
    ...(dispatch.type === 'events_api'
      ? { retry_attempt: retry?.num ?? 0, retry_reason: retry?.reason ?? '' }
      : {}),
  };
}
