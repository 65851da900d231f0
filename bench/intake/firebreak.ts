import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { type Running, run } from './process.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
export const TOKEN = 'token-of-the-bench';

const SaidReady = z.looseObject({ http: z.string() });

/** `firebreak serve` as shipped, with its embedded state: fsync on. */
export async function startFirebreak(options: {
  directory: string;
  slackApiUrl: string;
  channel: string;
  databases: readonly { name: string; url: string }[];
  /** Runbooks to use instead of the shipped ones. */
  runbook?: object;
  /** Arguments for Node itself. */
  nodeArguments?: readonly string[];
  env?: Readonly<Record<string, string>>;
}): Promise<{ url: string; process: Running }> {
  const { directory, channel } = options;
  const config = join(directory, 'firebreak.config');
  if (options.runbook !== undefined) writeFileSync(join(directory, 'bench.yml'), stringify(options.runbook));
  const secrets = options.databases.map(({ url }, index): [string, string] => [`DATABASE_${index}_URL`, url]);
  writeFileSync(
    config,
    stringify({
      slack: { mode: 'http', channel, apiUrl: options.slackApiUrl, host: '127.0.0.1', port: 0 },
      http: { host: '127.0.0.1', port: 0 },
      state: { directory: join(directory, 'state') },
      alerts: {
        sources: [{ name: 'bench', format: 'alertmanager', bearer: { env: 'ALERT_TOKEN' }, rateLimit: null }],
      },
      databases: options.databases.map(({ name }, index) => ({
        name,
        url: { env: `DATABASE_${index}_URL` },
      })),
      ...(options.runbook === undefined ? {} : { runbooks: { directory } }),
      authority: { observe: [], workload: [], session: [], incident: [] },
    }),
  );
  const nodeArguments = options.nodeArguments ?? [];
  const process = run(globalThis.process.execPath, [...nodeArguments, MAIN, 'serve', '--config', config], {
    SLACK_BOT_TOKEN: 'xoxb-bench',
    SLACK_SIGNING_SECRET: 'secret-of-the-bench',
    ALERT_TOKEN: TOKEN,
    ...options.env,
    ...Object.fromEntries(secrets),
  });
  await process.said('Firebreak is running');
  const line = process
    .output()
    .split('\n')
    .find((text) => text.includes('Firebreak is running'));
  const { http } = SaidReady.parse(JSON.parse(line ?? ''));
  return { url: `${http}/alerts/bench`, process };
}
