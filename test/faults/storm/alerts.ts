/** One POST of an Alertmanager: a group of alerts of one service. */
export interface Group {
  /** Milliseconds after the begin of the storm. */
  readonly at: number;
  readonly alerts: readonly StormAlert[];
}

/** An alert of version 4 of Alertmanager's webhook. */
export interface StormAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

export interface StormOptions {
  readonly services: number;
  readonly durationMs: number;
  /** Databases that no runbook is for, the last ones. */
  readonly ignored: number;
}

const NOT_ENDED = '0001-01-01T00:00:00Z';
/** Groups of one service, one after the other, each sent by two twins. */
const GROUPS = 5;
const ALERTS_OF_GROUP = 5;

/** Alerts that a storm of so many services has, twins and repeats included. */
export function alertsIn(services: number): number {
  return services * GROUPS * ALERTS_OF_GROUP * 2;
}

export function serviceName(number: number): string {
  return `service-${String(number).padStart(3, '0')}`;
}

/** Identity of what is to be stored once. */
export function keyOf(alert: Pick<StormAlert, 'fingerprint' | 'status' | 'startsAt'>): string {
  return `${alert.fingerprint} ${alert.status} ${alert.startsAt}`;
}

/**
 * The storm: each service fires, repeats, resolves a part, flaps, and half of the services recover. Two Alertmanagers
 * send every group, the second up to two seconds later. The same at each call, but for the time of its begin.
 */
export function makeStorm({ services, durationMs, ignored }: StormOptions, begin = new Date()): Group[] {
  const random = randomNumbers(7);
  const window = durationMs / GROUPS;
  const groups: Group[] = [];
  for (let service = 0; service < services; service += 1) {
    const name = service >= services - ignored ? 'DiskFull' : 'Overload';
    const parts = groupsOf(service, name, begin);
    for (const [index, alerts] of parts.entries()) {
      const at = window * (index + random() * 0.8);
      groups.push({ at, alerts }, { at: at + random() * Math.min(2_000, window / 6), alerts });
    }
  }
  return groups.sort((a, b) => a.at - b.at);
}

function groupsOf(service: number, name: string, begin: Date): StormAlert[][] {
  const make = (pod: number, status: StormAlert['status'], second: number): StormAlert => ({
    status,
    labels: {
      alertname: name,
      database: serviceName(service),
      severity: 'critical',
      pod: `${serviceName(service)}-${pod}`,
    },
    annotations: { summary: `${serviceName(service)}: connection pool exhausted` },
    startsAt: new Date(begin.getTime() + second * 1000).toISOString(),
    endsAt: status === 'resolved' ? begin.toISOString() : NOT_ENDED,
    generatorURL: 'http://prometheus.example:9090/graph',
    fingerprint: `${serviceName(service)}-${pod}`,
  });
  const pods = [0, 1, 2, 3, 4];
  const firing = pods.map((pod) => make(pod, 'firing', 0));
  const flapped = pods.map((pod) => make(pod, 'firing', pod < 3 ? 30 : 0));
  const last =
    service % 2 === 0
      ? pods.map((pod) => make(pod, 'resolved', pod < 3 ? 30 : 0))
      : pods.map((pod) => make(pod < 2 ? pod + 5 : pod, 'firing', pod < 2 ? 40 : pod < 3 ? 30 : 0));
  return [firing, firing, pods.map((pod) => make(pod, pod < 3 ? 'resolved' : 'firing', 0)), flapped, last];
}

/** Numbers from 0 to 1, the same at each run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
