/** Work that goes on beside everything else until it is disposed of, which tells it to stop and waits for its end. */
export function inBackground(work: (stopped: AbortSignal) => Promise<void>): AsyncDisposable {
  const stopped = new AbortController();
  const running = work(stopped.signal);
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort(new Error('Firebreak is stopping.'));
      await running;
    },
  };
}
