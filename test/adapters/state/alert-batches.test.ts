import { expect, test } from 'vitest';
import { createAlertBatches, type Delivery } from '../../../src/adapters/state/alert-batches.ts';
import { FirebreakError } from '../../../src/domain/errors.ts';

const delivery = (key: string, alert = '{}'): Delivery => ({ key, alert, count: 1 });
const unavailable = new FirebreakError('state-unavailable', 'It does not answer.', {
  hint: 'Wait.',
  retryable: true,
});

/** A table that answers when it is told to, and notes what each transaction wrote. */
function slowTable() {
  const written: string[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const rows = new Set<string>();
  const store = createAlertBatches(async (deliveries) => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    written.push(deliveries.map(({ key }) => key));
    await gate.promise;
    const stored = deliveries.filter(({ key }) => !rows.has(key)).map(({ key }) => key);
    for (const key of stored) rows.add(key);
    return new Set(stored);
  });
  return { store, written, gates };
}

test('what comes in while one transaction is written shares the next, each counted for who brought it first', async () => {
  const { store, written, gates } = slowTable();
  const calls = [store([delivery('b')]), store([delivery('c'), delivery('a')]), store([delivery('c')])];
  gates[0]?.resolve();
  await calls[0];
  await expect.poll(() => written.length).toBe(2);
  gates[1]?.resolve();
  expect(await Promise.all(calls)).toEqual([
    { stored: 1, repeated: 0 },
    { stored: 2, repeated: 0 },
    { stored: 0, repeated: 1 },
  ]);
  expect(written).toEqual([['b'], ['a', 'c']]);
});

test('a storm is written in transactions of bounded size', async () => {
  const sizes: number[] = [];
  const store = createAlertBatches(async (deliveries) => {
    sizes.push(deliveries.length);
    return new Set(deliveries.map(({ key }) => key));
  });
  const calls = Array.from({ length: 300 }, async (_, call) =>
    store(Array.from({ length: 10 }, (_unused, index) => delivery(`${call}-${index}`))),
  );
  for (const { stored } of await Promise.all(calls)) expect(stored).toBe(10);
  expect(sizes.length).toBeLessThan(12);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
});

test('more than may wait is refused at once, and taken when there is room again', async () => {
  const { store, gates } = slowTable();
  const megabyte = 'x'.repeat(1_000_000);
  const waiting = Array.from({ length: 32 }, async (_, index) => store([delivery(`f${index}`, megabyte)]));
  await expect(store([delivery('one more', megabyte)])).rejects.toMatchObject({
    code: 'state-unavailable',
    retryable: true,
  });
  const letGo = setInterval(() => {
    for (const gate of gates) gate.resolve();
  }, 1);
  await Promise.all(waiting);
  expect(await store([delivery('one more', megabyte)])).toEqual({ stored: 1, repeated: 0 });
  clearInterval(letGo);
});

test('when the state does not answer, everybody who waits is told at once', async () => {
  const { store, written, gates } = slowTable();
  const calls = ['a', 'b', 'c'].map(async (key) => store([delivery(key)]));
  const told = Promise.allSettled(calls);
  gates[0]?.reject(unavailable);
  expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(written).toEqual([['a']]);
});

test('what one sender sent does not keep out the others', async () => {
  const store = createAlertBatches(async (deliveries) => {
    if (deliveries.some(({ key }) => key === 'poison')) throw new RangeError('poison');
    return new Set(deliveries.map(({ key }) => key));
  });
  const calls = ['a', 'b', 'poison', 'c'].map(async (key) => store([delivery(key)]));
  const ended = await Promise.allSettled(calls);
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
});
