import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { temporaryDirectory } from '../embedded-postgres/support.ts';

const PROGRAM = 'prometheus';

/** Why the tests with a real Prometheus cannot run here, or null. With CI set they fail instead of being skipped. */
export const missing =
  spawnSync(PROGRAM, ['--version']).error === undefined
    ? null
    : 'no program "prometheus" on PATH: install it (Debian package prometheus) to run these tests';

/** A server on a free port; closes when disposed. */
export async function serve(
  answer: (url: string, headers: Record<string, unknown>) => { status?: number; body: string },
) {
  const server = createServer((request, response) => {
    const { status = 200, body } = answer(request.url ?? '', request.headers);
    response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A real Prometheus that scrapes the given metrics four times a second; ends when disposed. */
export async function startPrometheus(metrics: string) {
  const stack = new AsyncDisposableStack();
  const exporter = stack.use(await serve(() => ({ body: metrics })));
  const directory = stack.use(temporaryDirectory());
  const file = join(directory.path, 'prometheus.yml');
  writeFileSync(
    file,
    `global: {scrape_interval: 250ms, scrape_timeout: 250ms}
scrape_configs: [{job_name: db, static_configs: [{targets: ['127.0.0.1:${exporter.port}']}]}]`,
  );
  const child = spawn(
    PROGRAM,
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${directory.path}/data`,
      '--web.listen-address=127.0.0.1:0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  stack.defer(() => ended(child));
  return { url: `http://${await listenAddress(child)}`, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

function listenAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`prometheus ended: ${log}`)));
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const address = /"Listening on" address=(\S+)/.exec(log)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}
