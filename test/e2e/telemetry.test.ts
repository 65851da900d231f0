import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { QUICK_STEPS } from '../faults/world/quick-steps.ts';
import { act, posted, until } from '../slack/sandbox-control.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { startBatch, startBatchCluster } from '../support/rig/batch-cluster.ts';
import { install } from '../support/rig/install.ts';
import { sendAlert } from '../support/rig/send-alert.ts';
import { ANNA, startSlackOf } from '../support/rig/slack-of.ts';
import { startSmallVictim } from '../support/rig/victim.ts';
import { type Serving, serve } from './rig.ts';

const PATIENCE_MS = 60_000;

const Line = z.looseObject({
  msg: z.string(),
  traceId: z.string().optional(),
  incidentId: z.string().optional(),
  event: z.string().optional(),
  step: z.string().optional(),
});

function linesOf(serving: Serving) {
  return serving
    .stdout()
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [Line.parse(JSON.parse(line))] : []));
}

/** The names from a span up to the root of its trace. */
function ancestry(receiver: OtlpReceiver, name: string): string[] {
  const spans = receiver.spans();
  const names: string[] = [];
  let span = spans.find((one) => one.name === name);
  while (span !== undefined) {
    names.push(span.name);
    const { parentSpanId, traceId } = span;
    span = spans.find((one) => one.spanId === parentSpanId && one.traceId === traceId);
  }
  return names;
}

test('one incident is told from its alert to its effects by one id in the log, by spans, and by metrics', {
  timeout: 180_000,
}, async () => {
  await using receiver = await startOtlpReceiver();
  await using victim = await startSmallVictim();
  await using cluster = await startBatchCluster(victim);
  await using slack = await startSlackOf('socket');
  using installation = install({
    slack,
    mode: 'socket',
    victim,
    cluster,
    steps: QUICK_STEPS,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '500' },
  });
  await startBatch(victim, cluster, PATIENCE_MS);
  await using serving = await serve(installation);
  await sendAlert(serving.httpUrl);

  for (const step of ['suspend', 'kill']) {
    await until(
      `a click on the card of ${step}`,
      async () => {
        const cards = (await posted(slack)).filter(({ key }) => key.startsWith(`step:${step}:`));
        const card = cards.at(-1)?.message;
        if (card === undefined || !JSON.stringify(card).includes('step.run')) return undefined;
        return await act(slack, ANNA, card, 'step.run').catch(() => undefined);
      },
      PATIENCE_MS,
    );
  }
  await serving.said('incident.closed', PATIENCE_MS);
  await victim.endBatch();

  const metrics = await (await fetch(`${serving.httpUrl}/metrics`)).text();
  serving.signal('SIGTERM');
  expect(await serving.exited).toBe(0);

  // The log: one id from the alert, before there is an incident, to the effect.
  const lines = linesOf(serving);
  const traceId = z
    .looseObject({ alerts: z.array(z.looseObject({ traceId: z.string() })) })
    .parse(lines.find(({ msg }) => msg === 'Alerts stored')).alerts[0]?.traceId;
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  const told = lines.filter((line) => line.traceId === traceId);
  expect(told.flatMap(({ event }) => event ?? [])).toEqual(
    expect.arrayContaining([
      'incident.opened',
      'decision.recorded',
      'effect.intended',
      'effect.completed',
      'incident.closed',
    ]),
  );
  expect(told.every(({ incidentId }) => incidentId === 'INC-1')).toBe(true);
  // A line that an adapter writes knows whose it is too.
  expect(told).toContainEqual(
    expect.objectContaining({ msg: 'A CronJob was patched.', incidentId: 'INC-1', step: 'suspend' }),
  );

  // The trace: alert → incident → step → statement and Slack call, under the same id.
  expect(new Set(receiver.spans().map((span) => span.traceId))).toEqual(new Set([traceId]));
  expect(ancestry(receiver, 'alert Overload')).toEqual(['alert Overload', 'incident INC-1']);
  expect(ancestry(receiver, 'postgres signalBackend')).toEqual([
    'postgres signalBackend',
    'execute',
    'step kill',
    'incident INC-1',
  ]);
  expect(ancestry(receiver, 'kubernetes changeCronJob')).toEqual([
    'kubernetes changeCronJob',
    'execute',
    'step suspend',
    'incident INC-1',
  ]);
  expect(ancestry(receiver, 'slack chat.postMessage')).toEqual([
    'slack chat.postMessage',
    'render',
    'incident INC-1',
  ]);
  for (const secret of Object.values(installation.env).filter((value) => /^(?:xox|xapp|token)/.test(value)))
    expect(receiver.text() + serving.stdout()).not.toContain(secret);

  // The metrics: what Prometheus itself accepts, with what just happened.
  const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: metrics,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const line of [
    'firebreak_ready 1',
    'firebreak_slack_connected 1',
    'firebreak_replicas 1',
    'firebreak_alerts_unsettled_seconds 0',
    'firebreak_incidents_open{database="orders-primary"} 0',
    'firebreak_alert_requests_total{source="checks",status="202"} 1',
    'firebreak_journal_entries_total{type="incident.closed"} 1',
    'firebreak_effects_total{kind="postgres.kill-queries",state="completed"} 1',
    'firebreak_steps_total{kind="kubernetes.suspend-cronjob",result="passed"} 1',
  ])
    expect(metrics).toContain(`${line}\n`);
  expect(metrics).toMatch(
    /^firebreak_calls_total\{system="postgres",operation="signalBackend",code="ok"\} [1-9]/m,
  );
});
