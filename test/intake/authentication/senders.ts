import { createHmac } from 'node:crypto';
import { Secret } from '../../../src/domain/secret.ts';
import type { Authentication } from '../../../src/intake/authentication/registry.ts';

/** When everything is received. */
export const now = new Date('2024-11-15T05:23:30Z');
/** That time in Unix seconds, or so many seconds later. */
export const seconds = (offset = 0) => String(now.getTime() / 1000 + offset);
export const secrets = (...texts: string[]) => texts.map((text) => new Secret(text));
export const sign = (key: string | Buffer, text: string | Buffer, encoding: 'hex' | 'base64' = 'hex') =>
  createHmac('sha256', key).update(text).digest(encoding);
export const over = (prefix: string, body: Buffer) => Buffer.concat([Buffer.from(prefix), body]);

export type Headers = Record<string, string>;
/** One way with two secrets, and what a sender with this secret sends for a body at a time. */
export interface Case {
  readonly authentication: Authentication;
  readonly headers: (body: Buffer, secret: string, at: string) => Headers;
  /** Whether the time is proven too. */
  readonly ages: boolean;
  readonly status: number;
}

/** Every way that signs the body, each with the secrets `new` and `old`. */
export const signing: Record<string, Case> = {
  hmac: {
    authentication: { way: 'hmac', keys: secrets('new', 'old') },
    headers: (body, secret, at) => ({
      'x-firebreak-signature': `t=${at},v1=${sign(secret, over(`${at}.`, body))}`,
    }),
    ages: true,
    status: 401,
  },
  standardWebhooks: {
    authentication: { way: 'standardWebhooks', keys: secrets('new', 'old') },
    headers: (body, secret, at) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': at,
      'webhook-signature': `v1,${sign(secret, over(`msg_1.${at}.`, body), 'base64')}`,
    }),
    ages: true,
    status: 401,
  },
  'grafanaSignature with a timestamp': {
    authentication: {
      way: 'grafanaSignature',
      keys: { secrets: secrets('new', 'old'), header: 'X-Signature', timestampHeader: 'X-Time' },
    },
    headers: (body, secret, at) => ({ 'x-signature': sign(secret, over(`${at}:`, body)), 'x-time': at }),
    ages: true,
    status: 401,
  },
  'grafanaSignature without a timestamp': {
    authentication: {
      way: 'grafanaSignature',
      keys: { secrets: secrets('new', 'old'), header: 'X-Grafana-Alerting-Signature', timestampHeader: null },
    },
    headers: (body, secret) => ({ 'x-grafana-alerting-signature': sign(secret, body) }),
    ages: false,
    status: 401,
  },
  pagerdutySignature: {
    authentication: { way: 'pagerdutySignature', keys: secrets('new', 'old') },
    headers: (body, secret) => ({ 'x-pagerduty-signature': `v1=${sign(secret, body)}` }),
    ages: false,
    status: 403,
  },
  sentrySignature: {
    authentication: { way: 'sentrySignature', keys: secrets('new', 'old') },
    headers: (body, secret) => ({ 'sentry-hook-signature': sign(secret, body) }),
    ages: false,
    status: 401,
  },
};
