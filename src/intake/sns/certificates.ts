import { X509Certificate } from 'node:crypto';
import type { Fetch } from '../../ports/http.ts';
import { distrust, isValidAt } from './chain.ts';

/** Bytes of a certificate that are read. */
const MOST_BYTES = 64 * 1024;
/** SNS waits 15 s for an answer, and a certificate may need a second one above it. */
const FETCH_MS = 3_000;
/** Certificates that are remembered; SNS changes its own about once a year. */
const MOST_REMEMBERED = 20;
/** Addresses that are asked in a minute: whoever knows a topic could name one after the other. */
const MOST_A_MINUTE = 20;

/** The certificate at an address once it is trusted, or why it is not. Throws when it cannot be fetched. */
export type SigningCertificates = (
  url: URL,
  names: readonly string[],
  now: Date,
) => Promise<X509Certificate | string>;

/** Fetches each certificate once, and again only when it is over. */
export function createSigningCertificates(fetch: Fetch): SigningCertificates {
  const known = new Map<string, Promise<X509Certificate | string>>();
  const download = async (url: URL) => new X509Certificate(await readBytes(fetch, url));
  let minute = { number: 0, asked: 0 };

  function count(now: Date): void {
    const number = Math.floor(now.getTime() / 60_000);
    if (minute.number !== number) minute = { number, asked: 0 };
    minute.asked += 1;
    if (minute.asked > MOST_A_MINUTE) throw new Error('Too many signing certificates are asked for.');
  }

  async function load(url: URL, names: readonly string[], now: Date): Promise<X509Certificate | string> {
    count(now);
    const certificate = await download(url);
    if (!names.some((name) => certificate.checkHost(name) !== undefined))
      return 'The signing certificate is not that of SNS in the region of the topic.';
    return (await distrust(certificate, download, now)) ?? certificate;
  }

  return async (url, names, now) => {
    const key = url.href;
    const loading = known.get(key) ?? load(url, names, now);
    known.delete(key);
    known.set(key, loading);
    for (const oldest of [...known.keys()].slice(0, -MOST_REMEMBERED)) known.delete(oldest);
    try {
      const certificate = await loading;
      if (typeof certificate !== 'string' && isValidAt(certificate, now)) return certificate;
      known.delete(key);
      return typeof certificate === 'string' ? certificate : 'The signing certificate is over.';
    } catch (error) {
      known.delete(key);
      throw error;
    }
  };
}

async function readBytes(fetch: Fetch, url: URL): Promise<Buffer> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_MS) });
  if (!response.ok) throw new Error(`${url.host} answered ${response.status}.`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new Error(`${url.host} sent more than a certificate.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
