/** Milliseconds after which somebody who waits is told that the answer is on its way. */
const SLOW_MS = 1_200;

/** Waits for work, and says so to whoever waits when it takes longer than a moment. */
export async function whenSlow<T>(work: Promise<T>, saySo: () => Promise<void>): Promise<T> {
  let said: Promise<void> = Promise.resolve();
  const timer = setTimeout(() => {
    said = saySo();
  }, SLOW_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    // The answer stands below it.
    await said;
  }
}
