import { expect, test } from 'vitest';
import { createMeter } from '../../src/engine/meter.ts';
import { createWorld } from '../support/ports.ts';

const never = new AbortController().signal;

test('what steps read anyway becomes lines, and nothing is asked for them', async () => {
  const world = createWorld();
  const { clock, ports: asked } = world.context();
  const meter = createMeter(clock);
  const ports = meter.over(asked);
  const start = clock.now().getTime();
  for (let reading = 0; reading < 3; reading += 1) {
    world.snapshot = { ...world.snapshot, at: `${world.snapshot.at} ${reading}` };
    await ports.databases.snapshot('orders-primary', 'primary', never);
    // Answered from the last reading, as a sooner call is: no reading of its own.
    await ports.databases.snapshot('orders-primary', 'primary', never);
    await clock.sleep(5_000, never);
  }
  const series = meter.between('orders-primary', start - 1, Number.POSITIVE_INFINITY);
  expect(series.find(({ name }) => name === 'slots used')?.points.map(([at]) => at - start)).toEqual([
    0, 5_000, 10_000,
  ]);
  expect(meter.between('orders-primary', start, start + 6_000)[0]?.points).toHaveLength(1);
  expect(meter.between('another', 0, Number.POSITIVE_INFINITY)).toEqual([]);
});
