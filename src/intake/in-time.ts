import { FirebreakError } from '../domain/errors.ts';

/**
 * What is stored after all, although the sender was told that it was not, is a repeat when it comes again.
 * Throws `state-unavailable` when the state takes longer than so many milliseconds.
 */
export async function inTime<T>(storing: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = `The state database took longer than ${ms / 1000} s.`;
    late.reject(
      new FirebreakError('state-unavailable', message, { hint: 'Send the alert again.', retryable: true }),
    );
  }, ms);
  try {
    return await Promise.race([storing, late.promise]);
  } finally {
    clearTimeout(timer);
    storing.catch(() => undefined);
  }
}
