import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Authentication, verifierOf } from '../../../src/intake/authentication/registry.ts';
import type { Refusal, Verify } from '../../../src/intake/authentication/way.ts';
import { recorded } from '../sources/recorded.ts';
import { type Headers, now, over, seconds, secrets, sign, signing } from './senders.ts';

const verifier = (authentication: Authentication): Verify => verifierOf(authentication, { fetch });
const ask = (authentication: Authentication, headers: Headers, body: Buffer) =>
  verifier(authentication)({ headers, body, receivedAt: now }) as Refusal | null;

describe.each(Object.entries(signing))('%s', (_name, { authentication, headers, ages, status }) => {
  const body = recorded('grafana-firing');

  it('takes either secret, and no other', () => {
    expect(ask(authentication, headers(body, 'new', seconds()), body)).toBeNull();
    expect(ask(authentication, headers(body, 'old', seconds()), body)).toBeNull();
    expect(ask(authentication, headers(body, 'other', seconds()), body)).toMatchObject({ status });
  });

  it('refuses no signature, and says which header it wants', () => {
    expect(ask(authentication, {}, body)).toMatchObject({
      status,
      reason: expect.stringContaining('Send the header'),
    });
  });

  it('refuses a body of which one byte was changed, added or taken away', () => {
    const proof = headers(body, 'new', seconds());
    const place = fc.integer({ min: 0, max: body.length - 1 });
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), (index, change) => {
        const changed = Buffer.from(body);
        changed.writeUInt8(changed.readUInt8(index) ^ change, index);
        expect(ask(authentication, proof, changed)).toMatchObject({ status });
      }),
    );
    expect(ask(authentication, proof, body.subarray(1))).toMatchObject({ status });
    expect(ask(authentication, proof, Buffer.concat([body, Buffer.from(' ')]))).toMatchObject({ status });
  });

  it('refuses a header of which one character was changed', () => {
    const proof = headers(body, 'new', seconds());
    const names = Object.keys(proof).filter((name) => ages || !name.includes('time'));
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.nat(),
        fc.constantFrom('0', 'a', 'f', '9', '+', '=', ' ', ','),
        (name, place, character) => {
          const value = proof[name] ?? '';
          const index = place % value.length;
          const changed = value.slice(0, index) + character + value.slice(index + 1);
          fc.pre(changed !== value);
          expect(ask(authentication, { ...proof, [name]: changed }, body)).toMatchObject({ status });
        },
      ),
    );
  });

  it('whatever the headers are, it answers', () => {
    const names = Object.keys(headers(body, 'new', seconds()));
    const given = fc.dictionary(fc.constantFrom(...names), fc.string({ unit: 'binary', maxLength: 300 }));
    fc.assert(fc.property(given, (any) => ask(authentication, any, body) !== null));
  });
});

const timed = Object.entries(signing).filter(([, { ages }]) => ages);
describe.each(timed)('%s, which signs the time', (_name, { authentication, headers, status }) => {
  const body = recorded('grafana-firing');

  it('is good for five minutes before and after', () => {
    for (const offset of [-300, 0, 300])
      expect(ask(authentication, headers(body, 'new', seconds(offset)), body)).toBeNull();
    for (const offset of [-301, 301, -86_400]) {
      const refusal = ask(authentication, headers(body, 'new', seconds(offset)), body);
      expect(refusal?.reason).toContain('300 seconds');
    }
  });

  it('takes seconds and no milliseconds', () => {
    expect(ask(authentication, headers(body, 'new', `${seconds()}000`), body)).toMatchObject({ status });
  });
});

it('PagerDuty and the form of Firebreak may send several signatures, of which one is enough', () => {
  const body = recorded('pagerduty-triggered');
  const both = (prefix: string, text: Buffer) => `${prefix}v1=${sign('gone', text)},v1=${sign('old', text)}`;
  const pagerduty: Authentication = { way: 'pagerdutySignature', keys: secrets('new', 'old') };
  expect(ask(pagerduty, { 'x-pagerduty-signature': both('', body) }, body)).toBeNull();
  const own: Authentication = { way: 'hmac', keys: secrets('new', 'old') };
  const signed = both(`t=${seconds()},`, over(`${seconds()}.`, body));
  expect(ask(own, { 'x-firebreak-signature': signed }, body)).toBeNull();
});

it('Standard Webhooks: takes the example that its libraries are tested with', () => {
  const verify = verifier({
    way: 'standardWebhooks',
    keys: secrets('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
  });
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v2,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,bm9uZQ==',
  };
  const receivedAt = new Date(1_614_265_331_000);
  expect(verify({ headers, body: Buffer.from('{"test": 2432232314}'), receivedAt })).toBeNull();
});

it('a signature over the body alone is refused where a timestamp is agreed', () => {
  const body = recorded('grafana-firing');
  const authentication: Authentication = {
    way: 'grafanaSignature',
    keys: { secrets: secrets('new'), header: 'X-Signature', timestampHeader: 'X-Time' },
  };
  expect(ask(authentication, { 'x-signature': sign('new', body) }, body)).toMatchObject({ status: 401 });
  expect(ask(authentication, { 'x-signature': sign('new', body), 'x-time': seconds() }, body)).toMatchObject({
    status: 401,
  });
});

const password = (text: string) => `Basic ${Buffer.from(text, 'utf8').toString('base64')}`;
const secretly: [string, Authentication, Headers[], Headers[]][] = [
  [
    'bearer',
    { way: 'bearer', keys: secrets('new', 'old') },
    [{ authorization: 'Bearer new' }, { authorization: 'bearer old' }],
    [{}, { authorization: 'Bearer ne' }, { authorization: 'Bearer newer' }, { authorization: 'new' }],
  ],
  [
    'basic',
    { way: 'basic', keys: { username: 'firebreak', passwords: secrets('pässword:1', 'old') } },
    [{ authorization: password('firebreak:pässword:1') }, { authorization: password('firebreak:old') }],
    [
      {},
      { authorization: password('firebreak:') },
      { authorization: password('other:old') },
      { authorization: 'Basic !' },
    ],
  ],
  [
    'header',
    { way: 'header', keys: { name: 'X-Token', values: secrets('new', 'old') } },
    [{ 'x-token': 'new' }, { 'x-token': 'old' }],
    [{}, { 'x-token': '' }, { 'x-token': 'NEW' }, { 'x-other': 'new' }],
  ],
];
it.each(secretly)('%s takes either secret, and no other', (_name, authentication, right, wrong) => {
  for (const headers of right) expect(ask(authentication, headers, Buffer.alloc(0))).toBeNull();
  for (const headers of wrong)
    expect(ask(authentication, headers, Buffer.alloc(0))).toMatchObject({ status: 401 });
});
