import { describe, expect, it } from 'vitest';
import { createTelemetry } from '../../../src/adapters/telemetry/create-telemetry.ts';
import { FirebreakError } from '../../../src/domain/errors.ts';
import type { Readings } from '../../../src/ports/telemetry.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const WELL: Readings = {
  ready: true,
  connections: [],
  slack: { connected: true, waiting: 0 },
  open: [],
  unsettledSeconds: 0,
  replicas: 1,
};

async function telemetry() {
  const made = await createTelemetry({
    version: '1.2.3',
    sources: ['alertmanager'],
    databases: ['orders'],
    logger: quiet,
    traced: false,
  });
  const lines = async (readings: Partial<Readings> = {}) =>
    (await made.exposition({ ...WELL, ...readings })).body
      .split('\n')
      .filter((line) => !line.startsWith('#'));
  return { made, lines };
}

describe('metrics', () => {
  it('show what could not be read as absent, and not as the last number', async () => {
    const { lines } = await telemetry();
    expect(await lines({ unsettledSeconds: 7, open: [{ database: 'orders', waits: true }] })).toEqual(
      expect.arrayContaining([
        'firebreak_alerts_unsettled_seconds 7',
        'firebreak_incidents_open{database="orders"} 1',
        'firebreak_incidents_waiting{database="orders"} 1',
        'firebreak_replicas 1',
      ]),
    );
    const away = await lines({ ready: false, unsettledSeconds: null, open: null, replicas: null });
    expect(away).toContain('firebreak_ready 0');
    expect(away.filter((line) => /unsettled|incidents_(?:open|waiting)|replicas/.test(line))).toEqual([]);
  });

  it('leave out a connection of which nothing is known yet, and forget one that is gone', async () => {
    const { lines } = await telemetry();
    const up = { system: 'postgres', name: 'orders', state: 'up', since: null, lastError: null } as const;
    expect(await lines({ connections: [up, { ...up, name: 'other', state: 'unknown' }] })).toContain(
      'firebreak_connection_up{system="postgres",name="orders"} 1',
    );
    expect((await lines()).filter((line) => line.startsWith('firebreak_connection_up'))).toEqual([]);
  });

  it('count calls by the code of their error, whatever its message says', async () => {
    const { made, lines } = await telemetry();
    const hint = 'Look.';
    const failing = [
      new FirebreakError('database-timeout', "duplicate key (email)=('a@b.c')", { hint }),
      new Error('anything'),
    ];
    for (const error of failing)
      await made
        .call('postgres', 'snapshot', async () => {
          throw error;
        })
        .catch(() => undefined);
    const calls = (await lines()).filter((line) => line.startsWith('firebreak_calls_total'));
    expect(calls).toEqual([
      'firebreak_calls_total{system="postgres",operation="snapshot",code="database-timeout"} 1',
      'firebreak_calls_total{system="postgres",operation="snapshot",code="error"} 1',
    ]);
  });

  it('count deliveries to paths that nobody configured as one', async () => {
    const { made, lines } = await telemetry();
    made.answered(null, 404, 0.01);
    made.answered('alertmanager', 202, 0.01);
    const found = (await lines()).filter((line) => /^firebreak_alert_(?:requests|last)/.test(line));
    expect(found).toEqual([
      'firebreak_alert_requests_total{source="alertmanager",status="202"} 1',
      'firebreak_alert_requests_total{source="unknown",status="404"} 1',
      expect.stringMatching(/^firebreak_alert_last_stored_timestamp_seconds\{source="alertmanager"\} \d+/),
    ]);
  });
});
