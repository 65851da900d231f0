import { sign } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { type SnsEnvelope, signedText } from '../../../src/intake/sns/envelope.ts';
import type { Fetch } from '../../../src/ports/http.ts';
import { type Certified, certify } from '../../support/certificates.ts';
import { body } from '../sources/recorded.ts';

export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:database-alarms';
export const ISSUER_URL = 'http://crt.r2m99.amazontrust.com/r2m99.cer';
const CERTIFICATE_URL =
  'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem';

/** Stands in for Amazon SNS: certificates of its shape, under a root that this process trusts until it is told not to. */
export interface Amazon {
  /** What is published where; a test may take something away, or put something else there. */
  readonly published: Map<string, string | Buffer>;
  /** Addresses that were asked for. */
  readonly asked: string[];
  readonly fetch: Fetch;
  readonly root: Certified;
  readonly between: Certified;
  /** A recorded message with these changes, signed. */
  readonly message: (name: string, change?: Record<string, unknown>, by?: Certified) => string;
  readonly restore: () => void;
}

export async function amazon(): Promise<Amazon> {
  const root = await certify({ name: 'Amazon Root CA 99', isAuthority: true });
  const between = await certify({ name: 'Amazon RSA 2048 M99', issuer: root, isAuthority: true });
  const own = await certify({
    name: 'sns.amazonaws.com',
    hosts: ['sns.amazonaws.com'],
    issuer: between,
    issuerUrl: ISSUER_URL,
  });
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, root.pem]);
  const published = new Map<string, string | Buffer>([
    [CERTIFICATE_URL, own.pem],
    [ISSUER_URL, Buffer.from(between.certificate.rawData)],
  ]);
  const asked: string[] = [];
  return {
    published,
    asked,
    root,
    between,
    fetch: async (url) => {
      asked.push(String(url));
      const found = published.get(String(url));
      return found === undefined
        ? new Response('', { status: 404 })
        : new Response(new Uint8Array(typeof found === 'string' ? Buffer.from(found) : found));
    },
    message(name, change = {}, by = own) {
      const envelope = { ...body(name), ...change } as SnsEnvelope;
      const digest = envelope.SignatureVersion === '1' ? 'sha1' : 'sha256';
      const signature = sign(digest, Buffer.from(signedText(envelope)), by.privateKey);
      return JSON.stringify({ ...envelope, Signature: signature.toString('base64') });
    },
    restore: () => setDefaultCACertificates(trusted),
  };
}
