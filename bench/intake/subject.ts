import { setTimeout as delay } from 'node:timers/promises';
import type { FakeSlack } from './fake-slack.ts';
import { TOKEN } from './firebreak.ts';
import type { Way } from './legs.ts';
import type { Running } from './process.ts';
import { createSender, type Sender } from './sender.ts';

const CLOSED_MS = 30_000;

/** Something that takes alerts and tells Slack. */
export interface Subject {
  readonly kind: 'firebreak' | 'alertmanager';
  /** The channel that it tells, its own. */
  readonly channel: string;
  readonly process: Running;
  readonly sender: Sender;
}

/** What was started, with a sender of its own that ends with the stack. */
export function subjectOf(
  stack: AsyncDisposableStack,
  kind: Subject['kind'],
  channel: string,
  { url, process }: { readonly url: string; readonly process: Running },
): Subject {
  const headers = kind === 'firebreak' ? { authorization: `Bearer ${TOKEN}` } : {};
  return { kind, channel, process, sender: stack.use(createSender(url, headers)) };
}

export interface Sample {
  /** Milliseconds from the request to its answer. */
  readonly answered: number;
  /** Milliseconds from the request to the call of Slack. */
  readonly told: number;
  readonly way: Way;
}

/** An alert of version 4 of Alertmanager's webhook. */
export function alertOf(
  token: string,
  status: 'firing' | 'resolved',
  startsAt: string,
  labels: Readonly<Record<string, string>> = {},
) {
  return {
    status,
    labels: {
      alertname: 'BenchAlert',
      database: 'orders',
      severity: 'critical',
      instance: token,
      ...labels,
    },
    annotations: { summary: `The pool is exhausted (${token})` },
    startsAt,
    ...(status === 'resolved' ? { endsAt: new Date().toISOString() } : {}),
    generatorURL: 'http://prometheus.example:9090/graph',
    fingerprint: token,
  };
}

/** As Alertmanager sends it to Firebreak, or as Prometheus sends it to Alertmanager. */
export function bodyFor(kind: Subject['kind'], alert: ReturnType<typeof alertOf>) {
  if (kind === 'firebreak') return { version: '4', alerts: [alert] };
  const { status: _status, fingerprint: _fingerprint, ...posted } = alert;
  return [posted];
}

/** How many incidents Firebreak has closed: its log keeps the anchor of each. */
const closedIncidents = ({ process }: Subject): number =>
  process.output().split('"Incident closed"').length - 1;

/** One new alert until its message arrives at Slack; then it is resolved, which closes the incident. */
export async function measure(
  subject: Subject,
  slack: FakeSlack,
  token: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<Sample> {
  const { kind, sender } = subject;
  const startsAt = new Date().toISOString();
  const before = closedIncidents(subject);
  const posted = slack.next(
    ({ channel, method, body }) =>
      channel === subject.channel && method === 'chat.postMessage' && body.includes(token),
  );
  const { sentAt, answeredAt, status } = await sender.post(
    bodyFor(kind, alertOf(token, 'firing', startsAt, labels)),
  );
  if (status !== 200 && status !== 202) throw new Error(`${kind} answered ${status}`);
  const { at } = await posted;
  const way = { from: performance.timeOrigin + sentAt, to: performance.timeOrigin + at };
  await delay(300);
  await sender.post(bodyFor(kind, alertOf(token, 'resolved', startsAt, labels)));
  const deadline = Date.now() + CLOSED_MS;
  while (kind === 'firebreak' && closedIncidents(subject) === before) {
    if (Date.now() > deadline) throw new Error(`The incident of ${token} was not closed.`);
    await delay(20);
  }
  return { answered: answeredAt - sentAt, told: at - sentAt, way };
}
