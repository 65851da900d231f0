import { z } from 'zod';
import type { Home, Running } from './home.ts';
import { DEAD_MANS_SWITCH, type Monitoring } from './monitoring.ts';
import { comesAbout, type RunStage } from './stages.ts';

/** PromQL over /metrics after one incident, and what it has to be. */
const METRICS: readonly (readonly [expression: string, isRight: (value: number) => boolean])[] = [
  ['firebreak_ready', (value) => value === 1],
  ['firebreak_slack_connected', (value) => value === 1],
  ['sum(firebreak_incidents_open) or vector(0)', (value) => value === 0],
  ['sum(firebreak_alert_requests_total{source="alertmanager",status=~"2.."})', (value) => value >= 2],
  ['sum(firebreak_alert_requests_total{status!~"2.."}) or vector(0)', (value) => value === 0],
  ['sum(firebreak_effects_total{kind="postgres.kill-queries",state="completed"})', (value) => value === 1],
  [
    'sum(firebreak_effects_total{kind="kubernetes.suspend-cronjob",state="completed"})',
    (value) => value === 1,
  ],
  ['min(firebreak_connection_up)', (value) => value === 1],
];
/** Prometheus has them after its next scrape. */
const SCRAPED_MS = 20_000;

const Journal = z.looseObject({ chainOk: z.boolean(), events: z.number() });

/** What is left to be checked when the incident is over. */
export async function prove(
  parts: { home: Home; monitoring: Monitoring; firebreak: Running; signal: AbortSignal },
  stage: RunStage,
): Promise<void> {
  const { home, monitoring, firebreak, signal } = parts;
  const log = home.path('firebreak.log');
  await stage('Prometheus has the metrics of Firebreak', { hint: 'docs/metrics.md' }, async (note) => {
    for (const [expression, isRight] of METRICS) {
      const holds = async () => {
        const value = await monitoring.value(expression);
        return value !== null && isRight(value);
      };
      await comesAbout(`${expression} is as it should be`, holds, SCRAPED_MS, signal);
    }
    const isFiring = async () => (await monitoring.firing()).includes(DEAD_MANS_SWITCH);
    await comesAbout("the dead man's switch fires", isFiring, SCRAPED_MS, signal);
    note(`${METRICS.length} queries`);
  });
  await stage('firebreak journal verify', { hint: 'docs/journal.md', log }, async (note) => {
    const { stdout } = await home.firebreak(['journal', 'verify', '--json']);
    note(`${Journal.parse(JSON.parse(stdout)).events} events`);
  });
  await stage('firebreak postmortem INC-1', { hint: 'docs/postmortem.md', log }, async (note) => {
    const { stdout } = await home.firebreak(['postmortem', 'INC-1']);
    if (!stdout.startsWith('# ')) throw new Error(`It is no Markdown: ${stdout.slice(0, 200)}`);
    note(`${stdout.split('\n').length} lines`);
  });
  await stage('firebreak serve stops in order', { hint: 'docs/operating.md', log }, async () => {
    const code = await firebreak.stop();
    if (code !== 0) throw new Error(`It ended with ${code}.`);
  });
}

/** `npx firebreak drill` from the package: nothing to configure. */
export async function playDrill(home: Home, stage: RunStage): Promise<void> {
  await stage('npx firebreak drill', { hint: 'npx firebreak drill --auto' }, async (note) => {
    const quick = ['--auto', '--scale', '0.2', '--think', '0.2', '--json'];
    const { stdout } = await home.firebreak(['drill', ...quick]);
    const report = z
      .looseObject({ ok: z.boolean() })
      .parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
    if (!report.ok) throw new Error(stdout);
    note('played to its end');
  });
}
