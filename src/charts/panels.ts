import { lines } from '../domain/load.ts';
import type { Series } from '../domain/outcome.ts';
import type { Panel } from './chart.ts';
import { number } from './numbers.ts';

/** Connections, CPU, replication lag and who waits, as far as each was measured. */
export function panelsOf(series: readonly Series[]): Panel[] {
  const find = (name: string): Series | undefined =>
    series.find((one) => one.name === name && one.points.length > 0);
  return [
    ...panel('Connections', [find(lines.slots)]),
    ...cpuPanel(find(lines.onCpu), find(lines.cpu)),
    ...lagPanel(find(lines.lag)),
    ...waitingPanel(find(lines.locks), find(lines.pools)),
  ];
}

type LimitText = (limit: string) => string;
const of: LimitText = (limit) => `of ${limit}`;
const cores: LimitText = (limit) => (limit === '1' ? 'for 1 core' : `for ${limit} cores`);

function panel(
  title: string,
  found: readonly (Series | undefined)[],
  unit = '',
  limitText: LimitText = of,
): Panel[] {
  const present = found.filter((one) => one !== undefined);
  const value = present.length === 1 ? present[0]?.limit : undefined;
  const limit = value === undefined ? null : { value, text: limitText(number(value)) };
  return present.length === 0 ? [] : [{ title, unit, limit, lines: present }];
}

/** The share of the host where a metric tells it; otherwise how many sessions want a CPU, against the cores. */
function cpuPanel(onCpu: Series | undefined, share: Series | undefined): Panel[] {
  if (share !== undefined && onCpu?.limit === undefined) return panel('CPU', [share], '%', () => '');
  return panel('Sessions that want a CPU', [onCpu], '', cores);
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes in the unit of the highest value. */
function lagPanel(lag: Series | undefined): Panel[] {
  if (lag === undefined) return [];
  const highest = Math.max(...lag.points.map(([, value]) => value));
  const power = Math.min(BYTE_UNITS.length - 1, Math.max(0, Math.floor(Math.log2(highest || 1) / 10)));
  const points = lag.points.map(([at, value]): [number, number] => [at, value / 1024 ** power]);
  return panel('Replication lag', [{ ...lag, points }], BYTE_UNITS[power]);
}

function waitingPanel(locks: Series | undefined, pools: Series | undefined): Panel[] {
  if (pools === undefined) return panel('Sessions waiting for a lock', [locks]);
  const title = locks === undefined ? 'Clients waiting in PgBouncer' : 'Waiting: locks, pool (dashed)';
  return panel(title, [locks, pools]);
}
