/** Labels or annotations of an alert. */
export type LabelSet = Readonly<Record<string, string>>;

/** One alert as the drill's monitor knows it. */
export interface MonitoredAlert {
  readonly labels: LabelSet;
  readonly annotations: LabelSet;
  readonly startsAt: Date;
  /** Undefined while it fires. */
  readonly endsAt: Date | undefined;
  readonly externalUrl: string;
}

const RECEIVER = 'firebreak';
/** Go's zero time, which Alertmanager sends as the end of an alert that still fires. */
const NOT_ENDED = '0001-01-01T00:00:00Z';

/**
 * The body of Alertmanager's webhook, version 4
 * (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config), for a group of one alert.
 */
export function alertmanagerNotification(alert: MonitoredAlert): Record<string, unknown> {
  const { labels, annotations, externalUrl } = alert;
  const status = alert.endsAt === undefined ? 'firing' : 'resolved';
  const alertname = labels.alertname ?? '';
  return {
    version: '4',
    groupKey: `{}:{alertname="${alertname}"}`,
    truncatedAlerts: 0,
    status,
    receiver: RECEIVER,
    groupLabels: { alertname },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: externalUrl,
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt: alert.startsAt.toISOString(),
        endsAt: alert.endsAt?.toISOString() ?? NOT_ENDED,
        generatorURL: `${externalUrl}/graph?g0.expr=${encodeURIComponent(alertname)}`,
        fingerprint: fingerprint(labels),
      },
    ],
  };
}

/** Prometheus' fingerprint of a label set: 64-bit FNV-1a over the sorted names and values (github.com/prometheus/common, model/labelset.go). */
export function fingerprint(labels: LabelSet): string {
  let hash = 0xcbf29ce484222325n;
  const add = (bytes: Uint8Array): void => {
    for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  };
  const separator = Uint8Array.of(255);
  for (const name of Object.keys(labels).sort()) {
    for (const text of [name, labels[name] ?? '']) {
      add(Buffer.from(text));
      add(separator);
    }
  }
  return hash.toString(16).padStart(16, '0');
}
