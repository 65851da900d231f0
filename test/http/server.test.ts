import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createHttpServer, type TlsFiles } from '../../src/http/server.ts';
import { type Certified, certify } from '../support/certificates.ts';

let root: Certified;
let client: Certified;
let stranger: Certified;
beforeAll(async () => {
  root = await certify({ name: 'Root of the team', isAuthority: true });
  client = await certify({ name: 'alertmanager', issuer: root });
  stranger = await certify({ name: 'alertmanager' });
});

const pemOf = ({ privateKey }: Certified) => privateKey.export({ type: 'pkcs8', format: 'pem' });
const logged: string[] = [];
const note = (_fields: object, message: string) => void logged.push(message);
const logger = { debug: note, info: note, warn: note, error: note };

/** A listening server over TLS with one route, and its files. */
async function started(clientAuthorities: boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-tls-'));
  const files = {
    certificate: join(folder, 'tls.crt'),
    key: join(folder, 'tls.key'),
    ...(clientAuthorities ? { clientAuthorities: join(folder, 'ca.crt') } : {}),
  };
  const put = async (own: Certified) =>
    Promise.all([writeFile(files.certificate, own.pem), writeFile(files.key, pemOf(own))]);
  await put(await certify({ name: 'first', hosts: ['127.0.0.1'], issuer: root }));
  await writeFile(join(folder, 'ca.crt'), root.pem);
  const server = createHttpServer(files, logger);
  server.post('/alerts/x', async () => ({ taken: true }));
  server.get('/readyz', async () => ({ ready: true }));
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });
  return { url, files, put };
}

/** Asks over a new connection; answers the status and the common name of the server. */
async function ask(url: string, method: string, by?: Certified) {
  const own = by === undefined ? {} : { cert: by.pem, key: pemOf(by) };
  return new Promise<{ status: number | undefined; name: unknown }>((resolve, reject) => {
    const sent = request(url, { method, ca: root.pem, agent: false, ...own }, (response) => {
      const { CN: name } = (response.socket as TLSSocket).getPeerCertificate().subject;
      response.resume().on('end', () => resolve({ status: response.statusCode, name }));
    });
    sent.on('error', reject).end();
  });
}

test('answers over TLS', async () => {
  const { url } = await started(false);
  expect(url).toMatch(/^https:/);
  expect(await ask(`${url}/alerts/x`, 'POST')).toEqual({ status: 200, name: 'first' });
});

test('with client authorities nothing but health is answered without a certificate of theirs', async () => {
  const { url } = await started(true);
  expect((await ask(`${url}/alerts/x`, 'POST', client)).status).toBe(200);
  expect((await ask(`${url}/alerts/x`, 'POST', stranger)).status).toBe(403);
  expect((await ask(`${url}/alerts/x`, 'POST')).status).toBe(403);
  expect((await ask(`${url}/healthz/../alerts/x`, 'POST')).status).not.toBe(200);
  expect((await ask(`${url}/readyz`, 'GET')).status).toBe(200);
});

test('takes renewed files without a restart, and keeps the last good ones when they do not fit', {
  timeout: 60_000,
}, async () => {
  const { url, files, put } = await started(true);
  await writeFile(files.key, 'no key');
  await expect.poll(() => logged.join(), { timeout: 20_000 }).toContain('the last good ones stay');
  expect(await ask(`${url}/readyz`, 'GET')).toEqual({ status: 200, name: 'first' });
  await put(await certify({ name: 'second', hosts: ['127.0.0.1'], issuer: root }));
  const name = async () => (await ask(`${url}/readyz`, 'GET')).name;
  await expect.poll(name, { timeout: 20_000 }).toBe('second');
  expect((await ask(`${url}/alerts/x`, 'POST', client)).status).toBe(200);
  expect((await ask(`${url}/alerts/x`, 'POST', stranger)).status).toBe(403);
});

test.each<[string, TlsFiles]>([
  ['missing', { certificate: '/nowhere/tls.crt', key: '/nowhere/tls.key' }],
  ['not PEM', { certificate: 'package.json', key: 'package.json' }],
])('files that are %s are refused at the start', (_what, files) => {
  expect(() => createHttpServer(files, logger)).toThrow(expect.objectContaining({ code: 'bad-config' }));
});
