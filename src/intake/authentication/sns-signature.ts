import { verify as verifySignature } from 'node:crypto';
import { z } from 'zod';
import { certificateUrl, originOf, TOPIC_ARN } from '../sns/addresses.ts';
import { createSigningCertificates, type SigningCertificates } from '../sns/certificates.ts';
import { SnsEnvelope, signedText } from '../sns/envelope.ts';
import { defineWay, type Refusal, refused } from './way.ts';

/** SNS tries for at most 3,600 s to deliver a message, which keeps its time. */
const MOST_OLD_SECONDS = 3_600 + 300;
const MOST_EARLY_SECONDS = 300;

/** The digest of each version of the signature. */
const digests = { '1': 'sha1', '2': 'sha256' } as const;

/**
 * The signature inside a message of Amazon SNS, versions 1 and 2 (Amazon SNS Developer Guide, Verifying the signatures of
 * Amazon SNS messages). The topic, the time and the host of the certificate are checked before anything is fetched. It
 * answers 403: SNS takes 401 for a question for a password.
 */
export const snsSignature = defineWay({
  settings: z.strictObject({
    topicArns: z
      .array(z.string().regex(TOPIC_ARN, 'arn:aws:sns:<region>:<account>:<topic>'))
      .min(1)
      .describe('Topics whose messages are taken.'),
  }),
  keys: ({ topicArns }) => ({ topicArns }),
  verifier: ({ topicArns }, { fetch }) => {
    const certificates = createSigningCertificates(fetch);
    return async ({ body, receivedAt }) => {
      const envelope = readEnvelope(body);
      if (envelope === null)
        return refused('The body is no signed message of SNS. Raw message delivery must be off.', 403);
      if (!topicArns.includes(envelope.TopicArn))
        return refused('The topic is not one of the configured.', 403);
      const age = (receivedAt.getTime() - Date.parse(envelope.Timestamp)) / 1000;
      if (!(age <= MOST_OLD_SECONDS && age >= -MOST_EARLY_SECONDS))
        return refused('The message is too old, or from the future.', 403);
      return refuseSignature(envelope, certificates, receivedAt);
    };
  },
});

function readEnvelope(body: Buffer): SnsEnvelope | null {
  try {
    return SnsEnvelope.parse(JSON.parse(body.toString('utf8')));
  } catch {
    return null;
  }
}

async function refuseSignature(
  envelope: SnsEnvelope,
  certificates: SigningCertificates,
  now: Date,
): Promise<Refusal | null> {
  const origin = originOf(envelope.TopicArn);
  const url = origin === null ? null : certificateUrl(envelope.SigningCertURL, origin);
  if (origin === null || url === null)
    return refused('The signing certificate is not at SNS in the region of the topic.', 403);
  try {
    const certificate = await certificates(url, origin.certificateNames, now);
    if (typeof certificate === 'string') return refused(certificate, 403);
    const isSigned = verifySignature(
      digests[envelope.SignatureVersion],
      Buffer.from(signedText(envelope), 'utf8'),
      certificate.publicKey,
      Buffer.from(envelope.Signature, 'base64'),
    );
    return isSigned ? null : refused('The signature does not match the message.', 403);
  } catch (cause) {
    return {
      status: 503,
      reason: 'The signing certificate could not be fetched. Send the message again.',
      cause,
    };
  }
}
