import { describeError } from '../domain/errors.ts';
import type { ImpactReading } from '../domain/post-mortem.ts';
import type { ImpactQuestion, Window } from '../ports/impact.ts';

/** Milliseconds that one question may take, and the longest time that is asked about. */
const TIMEOUT_MS = 15_000;
const LONGEST_MS = 24 * 3_600_000;

/** Asks every question over the time of an incident, of a long one its last 24 hours. What fails says why; throws nothing. */
export async function measureImpact(
  questions: readonly ImpactQuestion[],
  { from, to }: Window,
  signal: AbortSignal,
): Promise<ImpactReading[]> {
  const isLong = Date.parse(to) - Date.parse(from) > LONGEST_MS;
  const window = { from: isLong ? new Date(Date.parse(to) - LONGEST_MS).toISOString() : from, to };
  return await Promise.all(
    questions.map(async (question) => {
      const { name, unit } = question;
      const source = isLong ? `${question.source}, the last 24 hours` : question.source;
      try {
        const value = await question.read(window, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
        return {
          name,
          unit,
          source,
          value,
          missing: value === null ? 'there is no value for this time' : null,
        };
      } catch (error) {
        return { name, unit, source, value: null, missing: describeError(error).message };
      }
    }),
  );
}
