import fc from 'fast-check';
import { snsSignature } from '../../../src/intake/authentication/sns-signature.ts';
import { SnsEnvelope, signedText } from '../../../src/intake/sns/envelope.ts';
import { amazon, ISSUER_URL, TOPIC } from '../../intake/authentication/amazon.ts';
import { changedBytes, changedJson } from '../mutate.ts';
import { defineParser, demand } from '../parser.ts';

const FIXTURES = ['cloudwatch-alarm', 'cloudwatch-ok', 'cloudwatch-subscription'];
const OTHER_HOSTS = [
  'https://evil.example/SimpleNotificationService-0.pem',
  'https://sns.eu-central-1.amazonaws.com.evil.example/x.pem',
  'https://sns.eu-central-1.amazonaws.com@evil.example/x.pem',
  'http://sns.eu-central-1.amazonaws.com/x.pem',
  'https://sns.us-east-1.amazonaws.com/x.pem',
  'file:///etc/passwd',
];

/** Whether only what Amazon signed for a configured topic is taken, and nothing is fetched from anywhere else. */
export const sns = defineParser<Buffer>({
  name: 'sender:snsSignature',
  share: 15,
  async open() {
    const stand = await amazon();
    const receivedAt = new Date();
    const Timestamp = receivedAt.toISOString();
    const signed = FIXTURES.flatMap((name) =>
      ['1', '2'].map((SignatureVersion) => stand.message(name, { SignatureVersion, Timestamp })),
    );
    const [first = ''] = signed;
    const said = new Set(signed.map((text) => signedText(SnsEnvelope.parse(JSON.parse(text)))));
    const verify = snsSignature.verifier({ topicArns: [TOPIC] }, { fetch: stand.fetch });
    const elsewhere = fc
      .tuple(fc.constantFrom(...signed), fc.constantFrom(...OTHER_HOSTS))
      .map(([text, SigningCertURL]) => JSON.stringify({ ...(JSON.parse(text) as object), SigningCertURL }));
    const inputs = fc.oneof(
      { weight: 6, arbitrary: fc.oneof(...signed.map(changedJson)).map((text) => Buffer.from(text)) },
      { weight: 3, arbitrary: fc.constantFrom(...signed).chain((text) => changedBytes(Buffer.from(text))) },
      { weight: 1, arbitrary: elsewhere.map((text) => Buffer.from(text)) },
      { weight: 1, arbitrary: fc.constantFrom(...signed).map((text) => Buffer.from(text)) },
    );
    demand(
      (await verify({ headers: {}, body: Buffer.from(first), receivedAt })) === null,
      'Amazon is refused.',
    );
    return {
      inputs,
      async check(raw) {
        const taken = (await verify({ headers: {}, body: raw, receivedAt })) === null;
        demand(
          stand.asked.every((url) => url === ISSUER_URL || isAtAmazon(url)),
          `Something was fetched from elsewhere: ${stand.asked.at(-1)}`,
        );
        stand.asked.length = 0;
        if (taken)
          demand(
            said.has(signedText(SnsEnvelope.parse(JSON.parse(raw.toString('utf8'))))),
            'A message that nobody signed was taken.',
          );
        return taken;
      },
      close: async () => stand.restore(),
    };
  },
});

function isAtAmazon(text: string): boolean {
  const { protocol, host, username } = new URL(text);
  return protocol === 'https:' && host === 'sns.eu-central-1.amazonaws.com' && username === '';
}
