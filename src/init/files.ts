import { grantsSql } from '../grants/postgres.ts';
import { rbacManifest, subjectOf } from '../grants/rbac.ts';
import { slackManifestText } from '../slack/manifest.ts';
import type { Answers, OutputFile } from './answers.ts';
import { configText } from './config-text.ts';

/** Everything that init writes, from what was answered. Pure. */
export function filesOf(answers: Answers): OutputFile[] {
  const { slack, databases, cluster, namespaces, identity } = answers;
  const mode =
    slack.mode === 'socket'
      ? ({ mode: 'socket' } as const)
      : ({ mode: 'http', url: slack.publicUrl ?? 'https://firebreak.example.com' } as const);
  return [
    { kind: 'config', name: 'firebreak.yml', text: configText(answers) },
    ...databases.map(
      (database): OutputFile => ({
        kind: 'grants',
        name: databases.length === 1 ? 'grants.sql' : `grants-${database.name}.sql`,
        text: grantsSql({
          role: answers.role,
          databases: [database.target],
          replicas: database.replicas.length > 0,
          ...(database.gate === null ? {} : { gate: database.gate.role }),
        }),
      }),
    ),
    ...(cluster === null
      ? []
      : [
          {
            kind: 'rbac',
            name: 'rbac.yaml',
            text: rbacManifest({ namespaces, subject: subjectOf(identity) }),
          } as const,
        ]),
    { kind: 'manifest', name: 'slack-manifest.yml', text: slackManifestText(mode) },
  ];
}

/** A secret that has to be set before Firebreak can start, with where it comes from. */
export interface NeededSecret {
  readonly variable: string;
  readonly what: string;
}

/** The environment variables that the configuration names. Pure. */
export function neededSecrets({ slack, databases, alertToken, gateToken }: Answers): NeededSecret[] {
  const references = databases.flatMap(({ name, url, replicas, pgbouncer, gate }) => [
    { url, what: `postgresql:// URL of ${name}` },
    ...replicas.map((one) => ({ url: one.url, what: `postgresql:// URL of ${one.name}` })),
    ...pgbouncer.map((one) => ({ url: one.url, what: `postgresql:// URL of the console of ${one.name}` })),
    ...(gate === null
      ? []
      : [
          {
            url: gate.url,
            what: `postgresql:// URL of ${name} for the role ${gate.role}, best on a replica`,
          },
        ]),
  ]);
  return [
    { variable: 'SLACK_BOT_TOKEN', what: 'xoxb-…, OAuth & Permissions of the app' },
    slack.mode === 'socket'
      ? { variable: 'SLACK_APP_TOKEN', what: 'xapp-… with connections:write, Basic Information of the app' }
      : { variable: 'SLACK_SIGNING_SECRET', what: 'Basic Information of the app' },
    { variable: alertToken, what: 'any long random text; Alertmanager sends the same' },
    ...(databases.some(({ gate }) => gate !== null)
      ? [
          {
            variable: gateToken,
            what: 'any long random text; batch jobs that ask the cost gate send the same',
          },
        ]
      : []),
    ...references.flatMap(({ url, what }) => ('env' in url ? [{ variable: url.env, what }] : [])),
  ];
}
