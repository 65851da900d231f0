import { expect, test } from 'vitest';
import { createMetrics } from '../../../src/adapters/prometheus/metrics.ts';
import { eventually } from '../embedded-postgres/support.ts';
import { missing, serve, startPrometheus } from './support.ts';

const signal = new AbortController().signal;

test('the program is there where it must be', () => {
  expect(process.env.CI === undefined ? null : missing).toBeNull();
});

test.skipIf(missing !== null)(
  `reads the objectives of a service from a real Prometheus${missing === null ? '' : ` (skipped: ${missing})`}`,
  async () => {
    await using prometheus = await startPrometheus(
      'queue_length{shard="a"} 40\nqueue_length{shard="b"} 60\n',
    );
    const objective = { name: 'orders waiting', query: 'sum(queue_length)', limit: { below: 50 } };
    const metrics = createMetrics(
      [{ database: 'shop', url: prometheus.url, cpuQuery: 'x', objectives: [objective] }],
      { fetch },
    );
    expect(metrics.objectives('shop')).toEqual([objective]);
    expect(metrics.objectives('other')).toEqual([]);
    await eventually(
      'the first scrape',
      async () => (await metrics.measure('shop', objective, signal)) !== null,
    );
    expect(await metrics.measure('shop', objective, signal)).toMatchObject({ value: 100 });
    const none = { ...objective, query: 'no_such_metric' };
    expect(await metrics.measure('shop', none, signal)).toBeNull();
    const wrong = metrics.measure('shop', { ...objective, query: 'queue_length' }, signal);
    await expect(wrong).rejects.toMatchObject({
      code: 'prometheus-error',
      message: 'The objective "orders waiting" of shop gives 2 values and not one value.',
      hint: expect.stringContaining('Correct prometheus.slo.'),
    });
  },
  30_000,
);

test.skipIf(missing !== null)(
  `reads a real Prometheus${missing === null ? '' : ` (skipped: ${missing})`}`,
  async () => {
    await using prometheus = await startPrometheus(
      'cpu_share{core="0"} 0.5\ncpu_share{core="1"} 0.9\ncpu_percent 70\nbroken NaN\n',
    );
    const warnings: unknown[] = [];
    const logger = { warn: (fields: object) => warnings.push(fields) };
    const queries = {
      vector: 'avg(cpu_share)',
      scalar: 'scalar(avg(cpu_share))',
      'slightly-over': 'vector(1.02)',
      many: 'cpu_share',
      percent: 'cpu_percent',
      nan: 'broken',
      infinite: 'avg(cpu_share) / 0',
      empty: 'no_such_metric',
      matrix: 'cpu_share[1m]',
      syntax: 'avg(',
    };
    const metrics = createMetrics(
      Object.entries(queries).map(([database, cpuQuery]) => ({
        database,
        cpuQuery,
        url: prometheus.url,
        source: 'Prometheus (node_exporter)',
      })),
      { fetch, logger },
    );
    await eventually('the first scrape', async () => (await metrics.cpu('vector', signal)) !== null);
    const reading = await metrics.cpu('vector', signal);
    expect(reading).toEqual({ value: 0.7, at: expect.any(String), source: 'Prometheus (node_exporter)' });
    expect(Math.abs(Date.now() - Date.parse(reading?.at ?? ''))).toBeLessThan(10_000);
    expect(await metrics.cpu('scalar', signal)).toMatchObject({ value: 0.7 });
    expect(await metrics.cpu('slightly-over', signal)).toMatchObject({ value: 1 });
    warnings.length = 0;
    for (const name of ['nan', 'infinite', 'empty']) expect(await metrics.cpu(name, signal)).toBeNull();
    expect(warnings).toEqual([
      { database: 'nan', reason: 'not a number' },
      { database: 'infinite', reason: 'not a number' },
      { database: 'empty', reason: 'empty' },
    ]);
    const refused = { code: 'prometheus-error', retryable: false };
    await expect(metrics.cpu('many', signal)).rejects.toMatchObject({
      ...refused,
      hint: expect.stringContaining('avg(...)'),
    });
    await expect(metrics.cpu('matrix', signal)).rejects.toMatchObject(refused);
    await expect(metrics.cpu('percent', signal)).rejects.toMatchObject({
      ...refused,
      message: 'The CPU query of percent gives 70, and not a share of 0 to 1.',
    });
    await expect(metrics.cpu('syntax', signal)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('bad_data'),
      hint: expect.stringContaining('prometheus.cpuQuery'),
    });
  },
);

test('a database without a query has no reading', async () => {
  expect(await createMetrics([], { fetch }).cpu('shop', signal)).toBeNull();
});

test('an old value is no reading', async () => {
  const at = Date.now() / 1_000 - 121;
  const body = JSON.stringify({ status: 'success', data: { resultType: 'scalar', result: [at, '0.5'] } });
  await using server = await serve(() => ({ body }));
  expect(await metricsAt(server.url).cpu('shop', signal)).toBeNull();
});

test('sends the token or the credentials of the URL, below a path prefix, and shows neither', async () => {
  const seen: unknown[] = [];
  await using server = await serve((url, headers) => {
    seen.push([url, headers.authorization]);
    return { status: 401, body: 'unauthorized' };
  });
  const bearerToken = { reveal: () => 's3cret' };
  const withToken = createMetrics(
    [{ database: 'shop', url: `${server.url}/prom`, cpuQuery: 'x', bearerToken }],
    { fetch },
  );
  await expect(withToken.cpu('shop', signal)).rejects.toMatchObject({
    code: 'prometheus-error',
    hint: expect.stringContaining('bearerToken'),
    message: expect.not.stringContaining('s3cret'),
  });
  const withPassword = metricsAt(server.url.replace('://', '://ops:p%40ss@'));
  await expect(withPassword.cpu('shop', signal)).rejects.toMatchObject({
    message: expect.not.stringContaining('p@ss'),
  });
  expect(seen).toEqual([
    ['/prom/api/v1/query', 'Bearer s3cret'],
    ['/api/v1/query', `Basic ${Buffer.from('ops:p@ss').toString('base64')}`],
  ]);
});

test('a server that is down, silent or something else is told apart', async () => {
  const server = await serve(() => ({ body: '<html>login</html>' }));
  await expect(metricsAt(server.url).cpu('shop', signal)).rejects.toMatchObject({
    code: 'prometheus-error',
    message: expect.stringContaining('not in the form of its API'),
  });
  await server[Symbol.asyncDispose]();
  await expect(metricsAt(server.url).cpu('shop', signal)).rejects.toMatchObject({
    code: 'prometheus-unreachable',
    retryable: true,
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('an unanswered query ends after the time limit, an abort at once', async () => {
  const { createServer } = await import('node:net');
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  try {
    const metrics = createMetrics([{ database: 'shop', url, cpuQuery: 'x' }], { fetch, timeoutMs: 100 });
    await expect(metrics.cpu('shop', signal)).rejects.toMatchObject({
      code: 'prometheus-unreachable',
      message: expect.stringContaining('no answer within 0.1 s'),
    });
    const controller = new AbortController();
    const reading = metricsAt(url).cpu('shop', controller.signal);
    controller.abort(new Error('run aborted'));
    await expect(reading).rejects.toThrow('run aborted');
  } finally {
    silent.close();
  }
});

function metricsAt(url: string) {
  return createMetrics([{ database: 'shop', url, cpuQuery: 'x' }], { fetch });
}
