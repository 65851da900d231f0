import fc from 'fast-check';
import { type Authentication, verifierOf } from '../../../src/intake/authentication/registry.ts';
import { type Headers, now, seconds, secrets, signing } from '../../intake/authentication/senders.ts';
import { recorded } from '../../intake/sources/recorded.ts';
import { changedBytes, ODD_TEXTS } from '../mutate.ts';
import { defineParser, demand } from '../parser.ts';

const BODY = recorded('grafana-firing');
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

/** How a sender proves itself by a secret that it sends, beside those that sign. */
const sending: Record<string, Pick<(typeof signing)[string], 'authentication' | 'headers' | 'ages'>> = {
  bearer: {
    authentication: { way: 'bearer', keys: secrets('new', 'old') },
    headers: (_body, secret) => ({ authorization: `Bearer ${secret}` }),
    ages: false,
  },
  basic: {
    authentication: { way: 'basic', keys: { username: 'firebreak', passwords: secrets('new', 'old') } },
    headers: (_body, secret) => ({ authorization: basic(`firebreak:${secret}`) }),
    ages: false,
  },
  header: {
    authentication: { way: 'header', keys: { name: 'X-Token', values: secrets('new', 'old') } },
    headers: (_body, secret) => ({ 'x-token': secret }),
    ages: false,
  },
};
const cases = { ...signing, ...sending };

interface Delivery {
  readonly secret: string;
  /** Seconds by which the sender's clock is wrong. */
  readonly late: number;
  readonly body: Buffer;
  readonly spoil: readonly { readonly name: number; readonly text: string; readonly how: number }[];
}

const delivery: fc.Arbitrary<Delivery> = fc.record({
  secret: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('new', 'old') },
    { weight: 1, arbitrary: fc.constantFrom('', 'ne', 'NEW', 'new ', 'newer', '__proto__', 'new,old') },
    { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
  ),
  late: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -900, max: 900 }) },
  ),
  body: fc.oneof({ weight: 3, arbitrary: fc.constant(BODY) }, { weight: 2, arbitrary: changedBytes(BODY) }),
  spoil: fc.array(
    fc.record({
      name: fc.nat({ max: 2 }),
      text: fc.oneof(
        fc.constantFrom(...ODD_TEXTS, 'v1=', ',', 'Bearer ', 'a'),
        fc.string({ unit: 'binary', maxLength: 80 }),
      ),
      how: fc.nat({ max: 5 }),
    }),
    { maxLength: 2 },
  ),
});

/** Whether only what its sender sent is taken, whatever somebody made of it on the way. */
export const senderParsers = Object.entries(cases).map(([name, { authentication, headers, ages }]) =>
  defineParser<Delivery>({
    name: `sender:${name.replaceAll(' ', '-')}`,
    share: 30,
    async open() {
      const verify = verifierOf(authentication, { fetch: refuseToFetch });
      const body = name in signing ? delivery : delivery.map((one) => ({ ...one, body: BODY }));
      return {
        inputs: body,
        async check({ secret, late, body: sent, spoil }) {
          const proof = headers(BODY, secret, seconds(late));
          const given = spoiled(proof, spoil);
          const taken = (await verify({ headers: given, body: sent, receivedAt: now })) === null;
          const known = isSecret(secret);
          const inTime = !ages || Math.abs(late) <= 300;
          const untouched =
            sent.equals(BODY) && Object.entries(proof).every(([key, value]) => given[key] === value);
          demand(!taken || inTime, 'What was sent at another time was taken.');
          demand(!taken || sent.equals(BODY), 'A body that nobody signed was taken.');
          demand(
            !taken || proves(authentication, known, proof, given),
            'Headers that prove nothing were taken.',
          );
          demand(taken || !(known && inTime && untouched), 'The sender itself was refused.');
          return taken;
        },
      };
    },
  }),
);

async function refuseToFetch(): Promise<Response> {
  throw new Error('A proof by a secret fetches nothing.');
}

function spoiled(proof: Headers, spoil: Delivery['spoil']): Headers {
  const names = Object.keys(proof);
  const given = { ...proof };
  for (const { name: index, text, how } of spoil) {
    const name = names[index % names.length] ?? '';
    const value = given[name] ?? '';
    const at = text.length % Math.max(1, value.length);
    const becomes = [
      text,
      value.slice(0, at),
      value + text,
      text + value,
      value.slice(0, at) + text + value.slice(at + 1),
      value.toUpperCase(),
    ];
    given[name] = becomes[how] ?? '';
  }
  return given;
}

/** Whether the headers prove that their sender has a secret, told apart from what is tried: by the proof itself. */
function proves({ way }: Authentication, known: boolean, proof: Headers, given: Headers): boolean {
  if (way === 'bearer') return isSecret(/^bearer (.*)$/is.exec(given.authorization ?? '')?.[1]);
  if (way === 'header') return isSecret(given['x-token']);
  if (way === 'basic') {
    const decoded = Buffer.from((given.authorization ?? '').slice('Basic '.length), 'base64').toString(
      'utf8',
    );
    return decoded.startsWith('firebreak:') && isSecret(decoded.slice('firebreak:'.length));
  }
  const bare = (text: string) => text.replace(/^(?:t=\d+,)?v1[=,]/, '');
  return known && Object.entries(proof).every(([name, value]) => (given[name] ?? '').includes(bare(value)));
}

function isSecret(text: string | undefined): boolean {
  return text === 'new' || text === 'old';
}
