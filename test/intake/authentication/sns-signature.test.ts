import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { snsSignature } from '../../../src/intake/authentication/sns-signature.ts';
import type { Verify } from '../../../src/intake/authentication/way.ts';
import { certify } from '../../support/certificates.ts';
import { type Amazon, amazon, ISSUER_URL, TOPIC } from './amazon.ts';

let sns: Amazon;
let verify: Verify;
const now = new Date();
const at = (seconds: number) => ({ Timestamp: new Date(now.getTime() + seconds * 1000).toISOString() });
const present = at(-1);
const check = async (body: string, receivedAt = now) =>
  verify({ headers: {}, body: Buffer.from(body), receivedAt });
const otherUrl = 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-other.pem';

beforeAll(async () => {
  sns = await amazon();
});
afterAll(() => sns.restore());
beforeEach(() => {
  sns.asked.length = 0;
  verify = snsSignature.verifier({ topicArns: [TOPIC] }, { fetch: sns.fetch });
});

it.each([
  ['of version 2', 'cloudwatch-alarm', { SignatureVersion: '2' }],
  ['of version 1', 'cloudwatch-alarm', { SignatureVersion: '1' }],
  ['without a subject', 'cloudwatch-alarm', { Subject: undefined }],
  ['that asks for a confirmation', 'cloudwatch-subscription', {}],
])(
  'a message %s is proven by the certificate, its issuer and a trusted root',
  async (_what, name, change) => {
    expect(await check(sns.message(name, { ...present, ...change }))).toBeNull();
    expect(sns.asked).toEqual([expect.stringContaining('.pem'), ISSUER_URL]);
  },
);

it('asks for a certificate once', async () => {
  const messages = [1, 2, 3].map((n) => sns.message('cloudwatch-alarm', { ...present, MessageId: `${n}` }));
  expect(await Promise.all(messages.map(async (message) => check(message)))).toEqual([null, null, null]);
  expect(sns.asked).toHaveLength(2);
});

it.each([
  ['another message', { Message: '{}' }],
  ['another subject', { Subject: 'OK' }],
  ['no subject', { Subject: undefined }],
  ['another time', at(-60)],
  ['another version of the signature', { SignatureVersion: '1' }],
  ['an empty signature', { Signature: 'AAAA' }],
])('%s under the same signature is refused', async (_what, change) => {
  const changed = { ...JSON.parse(sns.message('cloudwatch-alarm', present)), ...change };
  expect(await check(JSON.stringify(changed))).toMatchObject({ status: 403 });
});

it.each([
  ['a topic that is not configured', { TopicArn: TOPIC.replace('database', 'other') }, /topic/],
  ['the topic of another account', { TopicArn: TOPIC.replace('1234', '4321') }, /topic/],
  ['an old message', at(-3_901), /too old/],
  ['a message from the future', at(301), /from the future/],
  ['a certificate elsewhere', { SigningCertURL: 'https://attacker.example/SNS.pem' }, /not at SNS/],
  [
    'a certificate in another region',
    { SigningCertURL: otherUrl.replace('eu-central-1', 'us-east-1') },
    /not at SNS/,
  ],
  [
    'a certificate in a bucket of a user',
    { SigningCertURL: 'https://sns.eu-central-1.amazonaws.com.s3.amazonaws.com/SNS.pem' },
    /not at SNS/,
  ],
  ['a certificate without TLS', { SigningCertURL: otherUrl.replace('https', 'http') }, /not at SNS/],
  ['an answer of the API as certificate', { SigningCertURL: `${otherUrl}?Action=x` }, /not at SNS/],
  ['another version of the signature', { SignatureVersion: '3' }, /no signed message/],
])('%s is refused before anything is fetched', async (_what, change, reason) => {
  const refusal = await check(sns.message('cloudwatch-alarm', { ...present, ...change }));
  expect(refusal).toEqual({ status: 403, reason: expect.stringMatching(reason) });
  expect(sns.asked).toEqual([]);
});

it.each([
  ['nothing', ''],
  ['raw delivery', '{"AlarmName":"x"}'],
  ['a list', '[]'],
])('%s is refused', async (_what, body) => {
  expect(await check(body)).toMatchObject({
    status: 403,
    reason: expect.stringContaining('Raw message delivery'),
  });
});

const hosts = ['sns.amazonaws.com'];
it.each([
  [
    'of somebody else, under the same root',
    async () =>
      certify({ name: 'a.example', hosts: ['a.example'], issuer: sns.between, issuerUrl: ISSUER_URL }),
    /not that of SNS/,
  ],
  ['that vouches for itself', async () => certify({ name: 'sns.amazonaws.com', hosts }), /No authority/],
  [
    'under an authority that nobody trusts',
    async () => {
      const issuer = await certify({ name: 'Amazon RSA 2048 M99', isAuthority: true });
      return certify({ name: 'sns.amazonaws.com', hosts, issuer, issuerUrl: ISSUER_URL });
    },
    /No authority/,
  ],
  [
    'issued by one that may not issue',
    async () => {
      const issuer = await certify({ name: 'sns.amazonaws.com', hosts, issuer: sns.root });
      sns.published.set('http://crt.leaf.amazontrust.com/leaf.cer', issuer.pem);
      const issuerUrl = 'http://crt.leaf.amazontrust.com/leaf.cer';
      return certify({ name: 'sns.amazonaws.com', hosts, issuer, issuerUrl });
    },
    /No authority/,
  ],
  [
    'whose issuer is published elsewhere',
    async () =>
      certify({ name: 'sns.amazonaws.com', hosts, issuer: sns.between, issuerUrl: 'http://10.0.0.1/x.cer' }),
    /No authority/,
  ],
  [
    'that is over',
    async () => {
      const notAfter = new Date(now.getTime() - 60_000);
      const wanted = { name: 'sns.amazonaws.com', hosts, issuer: sns.between, issuerUrl: ISSUER_URL };
      return certify({ ...wanted, notAfter });
    },
    /not valid now/,
  ],
])('a certificate %s proves nothing', async (_what, make, reason) => {
  const by = await make();
  sns.published.set(otherUrl, by.pem);
  const message = sns.message('cloudwatch-alarm', { ...present, SigningCertURL: otherUrl }, by);
  expect(await check(message)).toEqual({ status: 403, reason: expect.stringMatching(reason) });
});

it('a certificate that cannot be fetched now leaves the message to the next try', async () => {
  const message = sns.message('cloudwatch-alarm', present);
  const issuer = sns.published.get(ISSUER_URL) ?? '';
  sns.published.delete(ISSUER_URL);
  expect(await check(message)).toMatchObject({ status: 503, reason: expect.stringContaining('again') });
  sns.published.set(ISSUER_URL, issuer);
  expect(await check(message)).toBeNull();
});

it('a certificate that is no longer valid is not believed from memory', async () => {
  expect(await check(sns.message('cloudwatch-alarm', present))).toBeNull();
  const later = new Date(now.getTime() + 2 * 86_400_000);
  const message = sns.message('cloudwatch-alarm', { Timestamp: later.toISOString() });
  expect(await check(message, later)).toMatchObject({ status: 403 });
});

it('whoever names one certificate after the other is not asked for all of them', async () => {
  const url = (n: number) => otherUrl.replace('other', `none-${n}`);
  for (let n = 0; n < 40; n += 1)
    await check(sns.message('cloudwatch-alarm', { ...present, SigningCertURL: url(n) }));
  expect(new Set(sns.asked).size).toBe(20);
});
