import { z } from 'zod';

/** Seconds since the epoch, and the value as text: it can be NaN or +Inf, which JSON has no number for. */
const Sample = z.tuple([z.number(), z.string()]);

/** An answer of the HTTP API: https://prometheus.io/docs/prometheus/latest/querying/api/. */
export const Answer = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: Sample })) }),
      z.object({ resultType: z.literal('scalar'), result: Sample }),
      z.object({ resultType: z.enum(['matrix', 'string']) }),
    ]),
  }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
]);
export type Answer = z.infer<typeof Answer>;
type Data = Extract<Answer, { status: 'success' }>['data'];

/** The samples of an answer, or null when it is of a type that holds no single value. */
export function samplesOf(data: Data): { at: Date; value: number }[] | null {
  if (data.resultType === 'vector') return data.result.map(({ value }) => toSample(value));
  if (data.resultType === 'scalar') return [toSample(data.result)];
  return null;
}

function toSample([seconds, text]: z.infer<typeof Sample>): { at: Date; value: number } {
  return { at: new Date(seconds * 1_000), value: Number(text) };
}
