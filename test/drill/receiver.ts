import { createServer, type IncomingHttpHeaders } from 'node:http';

/** One delivery that the receiver got. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: { status: string; alerts: Record<string, unknown>[] } & Record<string, unknown>;
}

/** A local webhook receiver that answers with the given status codes in turn, then always with 200. */
export async function startReceiver(
  answers: number[] = [],
): Promise<AsyncDisposable & { url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
      response.writeHead(answers.shift() ?? 200).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}/alerts`, received, [Symbol.asyncDispose]: close };
}
