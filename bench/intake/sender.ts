import { Agent, request } from 'node:http';

/** Posts JSON over a kept connection; both systems get their alerts from one of these. */
export interface Sender extends Disposable {
  /** Milliseconds of performance.now() at which the request went out and at which it was answered. */
  post(body: unknown): Promise<{ sentAt: number; answeredAt: number; status: number }>;
}

export function createSender(url: string, headers: Readonly<Record<string, string>> = {}): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  return {
    post: async (body) =>
      new Promise((resolve, reject) => {
        const text = JSON.stringify(body);
        const options = {
          agent,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(text)),
            ...headers,
          },
        };
        const sentAt = performance.now();
        const sent = request(url, options, (response) => {
          const answeredAt = performance.now();
          response.resume().once('end', () => {
            resolve({ sentAt, answeredAt, status: response.statusCode ?? 0 });
          });
        });
        sent.once('error', reject);
        sent.end(text);
      }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}
