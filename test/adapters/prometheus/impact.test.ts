import { expect, test } from 'vitest';
import { objectiveQuestion, promqlQuestion } from '../../../src/adapters/prometheus/impact.ts';
import { missing, startPrometheus } from './support.ts';

const never = new AbortController().signal;
const now = (): string => new Date().toISOString();

test.skipIf(missing !== null)(
  'a question over the time of an incident is asked of a real Prometheus',
  async () => {
    await using prometheus = await startPrometheus('orders_delayed_total 2300\nerror_rate 0.67\n');
    const from = now();
    const server = { database: 'shop', url: prometheus.url, bearerToken: null };
    const delayed = promqlQuestion(
      server,
      { name: 'orders delayed', unit: 'orders', query: 'max_over_time(orders_delayed_total[$window])' },
      fetch,
    );
    const errors = objectiveQuestion(
      server,
      { name: 'error rate', query: 'error_rate', limit: { below: 0.01 } },
      fetch,
    );
    await expect
      .poll(async () => await delayed.read({ from, to: now() }, never), { timeout: 20_000, interval: 250 })
      .toBe(2300);
    const window = { from: new Date(Date.now() - 600_000).toISOString(), to: now() };
    expect(errors.name).toBe('error rate, highest (objective: below 0.01)');
    await expect
      .poll(async () => await errors.read({ ...window, to: now() }, never), { timeout: 20_000 })
      .toBe(0.67);
    const several = promqlQuestion(
      server,
      { name: 'all', unit: '', query: '{__name__=~"orders.*|error.*"}' },
      fetch,
    );
    await expect(several.read({ from, to: now() }, never)).rejects.toThrow('more than one value');
    expect(
      await promqlQuestion(server, { name: 'none', unit: '', query: 'no_such_metric' }, fetch).read(
        { from, to: now() },
        never,
      ),
    ).toBeNull();
  },
  60_000,
);
