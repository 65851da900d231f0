import { z } from 'zod';

const Signed = {
  MessageId: z.string().min(1),
  TopicArn: z.string().min(1),
  Message: z.string(),
  /** When it was published, ISO 8601; the same in every try to deliver it. */
  Timestamp: z.iso.datetime({ offset: true }),
  SignatureVersion: z.enum(['1', '2']),
  Signature: z.base64().min(1),
  SigningCertURL: z.string().min(1),
};

/** What Amazon SNS sends to an HTTP endpoint (Amazon SNS Developer Guide, HTTP/HTTPS JSON formats), without raw delivery. */
export const SnsEnvelope = z.discriminatedUnion('Type', [
  z.object({ Type: z.literal('Notification'), ...Signed, Subject: z.string().nullish() }),
  z.object({
    Type: z.enum(['SubscriptionConfirmation', 'UnsubscribeConfirmation']),
    ...Signed,
    Token: z.string().min(1),
    SubscribeURL: z.string().min(1),
  }),
]);
export type SnsEnvelope = z.infer<typeof SnsEnvelope>;

/** The text that is signed: names and values, each followed by a line feed, in the order of the names. */
export function signedText(envelope: SnsEnvelope): string {
  const pairs =
    envelope.Type === 'Notification'
      ? [
          ['Message', envelope.Message],
          ['MessageId', envelope.MessageId],
          ['Subject', envelope.Subject ?? null],
          ['Timestamp', envelope.Timestamp],
          ['TopicArn', envelope.TopicArn],
          ['Type', envelope.Type],
        ]
      : [
          ['Message', envelope.Message],
          ['MessageId', envelope.MessageId],
          ['SubscribeURL', envelope.SubscribeURL],
          ['Timestamp', envelope.Timestamp],
          ['Token', envelope.Token],
          ['TopicArn', envelope.TopicArn],
          ['Type', envelope.Type],
        ];
  return pairs.flatMap(([name, value]) => (value === null ? [] : [`${name}\n${value}\n`])).join('');
}
