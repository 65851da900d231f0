import type { Answers, DatabaseAnswer, Reference } from './answers.ts';

/** firebreak.yml with a comment at each key, ready for `firebreak check`. Pure. */
export function configText(answers: Answers): string {
  return `${[
    `# Firebreak's configuration, written by "firebreak init". Every key, also those that are left out here, is explained in
# firebreak.example.yml. Check it with: firebreak check --config firebreak.yml
# Secrets are never written here: { env: NAME } names an environment variable, { file: PATH } a file.`,
    slackText(answers),
    `# Where alerts (POST /alerts/<source>) and health checks (/healthz, /readyz) come in.
http:
  host: 0.0.0.0
  port: 8080`,
    `# Firebreak's own journal and work queue, never in a database that is monitored.
state:
  # Folder of the embedded PostgreSQL. Keep it on a disk that survives a restart.
  directory: .firebreak/state
  # An external PostgreSQL instead; then several replicas of Firebreak may run.
  # url: { env: FIREBREAK_STATE_URL }
  # Folder of the files of "firebreak state backup": "firebreak doctor" tells how old the newest is.
  # backupDirectory: /var/backups/firebreak`,
    `alerts:
  sources:
    # Alertmanager posts to /alerts/alertmanager with "Authorization: Bearer …".
    - name: alertmanager
      format: alertmanager
      bearer: ${reference({ env: answers.alertToken })}`,
    ...(answers.databases.some(({ gate }) => gate !== null)
      ? [
          `gate:
  # Token of batch jobs that ask the cost gate over HTTP. Without it nobody can ask there.
  bearer: ${reference({ env: answers.gateToken })}`,
        ]
      : []),
    `databases:\n${answers.databases.map(databaseText).join('\n')}`,
    clusterText(answers),
    authorityText(answers),
    `# IANA name of the team's time zone, in which charts and post-mortems tell the time.
timeZone: ${scalar(answers.timeZone)}`,
  ].join('\n\n')}\n`;
}

function slackText({ slack }: Answers): string {
  const { mode, channel, apiUrl } = slack;
  return `slack:
  # ${mode === 'socket' ? 'No address that Slack can reach is needed.' : 'Slack calls host:port below, behind the public address of the manifest.'}
  mode: ${mode}
  # Id of the incident channel (Slack: channel name → About → Channel ID). Invite the bot: /invite @firebreak
  channel: ${scalar(channel)}
  # xoxb-… of the installed app.
  botToken: { env: SLACK_BOT_TOKEN }
${
  mode === 'socket'
    ? `  # xapp-… with connections:write (Basic Information → App-Level Tokens).
  appToken: { env: SLACK_APP_TOKEN }`
    : `  # Of the app (Basic Information → App Credentials).
  signingSecret: { env: SLACK_SIGNING_SECRET }
  host: 0.0.0.0
  port: 3000`
}${apiUrl === null ? '' : `\n  # Another Web API address than Slack's own.\n  apiUrl: ${scalar(apiUrl)}`}`;
}

function databaseText({ name, url, replicas, pgbouncer, prometheusUrl, gate }: DatabaseAnswer): string {
  return `  # How people and alerts (label database) call it.
  - name: ${scalar(name)}
    # postgresql:// URL of the primary, directly and not through PgBouncer, for the role of grants.sql.
    url: ${reference(url)}
    # CPU cores of the server: PostgreSQL cannot tell them, and without them load has no scale.
    # cores: 8${members('replicas', 'Its replicas, for their lag and load.', replicas)}${members(
      'pgbouncer',
      'The PgBouncers in front of it; the user of each URL stands in admin_users.',
      pgbouncer,
    )}${
      gate === null
        ? ''
        : `
    # The cost gate: what batch jobs may run. The role ${scalar(gate.role)} of grants.sql, best on a replica, not through PgBouncer.
    gate:
      url: ${reference(gate.url)}`
    }${
      prometheusUrl === null
        ? `
    # CPU from Prometheus instead of an estimate from the sessions:
    # prometheus:
    #   url: http://prometheus.monitoring:9090
    #   cpuQuery: 1 - avg(rate(node_cpu_seconds_total{mode="idle",instance="${name}:9100"}[1m]))`
        : `
    prometheus:
      url: ${scalar(prometheusUrl)}
      # PromQL that gives one value, a share from 0 to 1. Put the labels of your host into it.
      cpuQuery: ${scalar(`1 - avg(rate(node_cpu_seconds_total{mode="idle",instance="${name}:9100"}[1m]))`)}`
    }`;
}

function members(
  key: string,
  comment: string,
  list: readonly { readonly name: string; readonly url: Reference }[],
): string {
  if (list.length === 0) return '';
  const lines = list.map(({ name, url }) => `\n      - { name: ${scalar(name)}, url: ${reference(url)} }`);
  return `\n    # ${comment}\n    ${key}:${lines.join('')}`;
}

function clusterText({ cluster, namespaces }: Answers): string {
  if (cluster === null)
    return `# Without a cluster owners of sessions are guessed from application_name, and no CronJob can be suspended.
# kubernetes:
#   inCluster: true
#   namespaces: [analytics]`;
  const how =
    'inCluster' in cluster
      ? '  # The service account of the own pod.\n  inCluster: true'
      : `  kubeconfig: ${scalar(cluster.kubeconfig)}${cluster.context === null ? '' : `\n  context: ${scalar(cluster.context)}`}`;
  return `kubernetes:
${how}
  # The only namespaces that are looked at and changed; rbac.yaml grants the rights in them.
  namespaces: [${namespaces.map(scalar).join(', ')}]`;
}

function authorityText({ approvers }: Answers): string {
  const list = `[${approvers.map(scalar).join(', ')}]`;
  return `# Who may decide, by class of action. An empty list means nobody. An entry is a Slack user id (U…: profile → … → Copy
# member ID), a Slack user group (S…), or { onCall: NAME }: docs/deciding.md.
authority:
  # Steps that only read: diagnose, list, watch.
  observe: ${list}
  # CronJobs, Jobs and Deployments: suspend, resume, scale, roll back.
  workload: ${list}
  # PostgreSQL sessions: cancel, terminate.
  session: ${list}
  # Open, abort and close incidents.
  incident: ${list}

# Who may sit at "firebreak triage" when Slack is down.
# terminal:
#   people:
#     - { person: ${approvers[0] ?? 'U0123ABCD'}, name: Ji-woo Kim, login: jwkim }`;
}

function reference(ref: Reference): string {
  return 'env' in ref ? `{ env: ${scalar(ref.env)} }` : `{ file: ${scalar(ref.file)} }`;
}

/** Plain where YAML cannot take it for anything else, in quotes otherwise; JSON's quotes are YAML's. */
function scalar(text: string): string {
  return /^[A-Za-z][A-Za-z0-9_/-]*$/.test(text) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
