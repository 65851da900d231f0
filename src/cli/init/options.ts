import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Answers, ClusterAnswer, DatabaseAnswer, OutputFile, Reference } from '../../init/answers.ts';
import type { Detected, DetectedUrl } from '../../init/detect.ts';

/** A name with where its secret is, as `orders=ORDERS_URL` or `orders=/run/secrets/orders`; of a part, `orders/replica-1=…`. */
export interface NamedReference {
  readonly name: string;
  readonly of: string | null;
  readonly url: Reference;
}

export interface InitOptions {
  readonly directory: string;
  readonly yes?: true;
  readonly force?: true;
  readonly json?: true;
  readonly print?: OutputFile['kind'];
  readonly slackChannel?: string;
  readonly slackMode: 'socket' | 'http';
  readonly slackUrl?: string;
  readonly slackApiUrl?: string;
  readonly database: readonly NamedReference[];
  readonly replica: readonly NamedReference[];
  readonly pgbouncer: readonly NamedReference[];
  readonly gate: readonly NamedReference[];
  readonly prometheus?: string;
  readonly inCluster?: true;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace: readonly string[];
  readonly identity?: string;
  readonly approver: readonly string[];
  readonly alertToken: string;
  readonly gateToken: string;
  readonly role?: string;
  readonly timeZone?: string;
}

/** The service account that the shipped manifests run Firebreak under. */
const DEFAULT_IDENTITY = 'system:serviceaccount:firebreak:firebreak';
const DEFAULT_ROLE = 'firebreak';
const DEFAULT_GATE_ROLE = 'gate';

export function withInitOptions(command: Command): Command {
  return command
    .option('-d, --directory <folder>', 'where to write', '.')
    .option('-y, --yes', 'ask nothing: take the options, and what is detected')
    .option('--force', 'write over files that are there')
    .addOption(
      new Option('--print <file>', 'print one file and write nothing').choices([
        'config',
        'grants',
        'rbac',
        'manifest',
      ]),
    )
    .option('--slack-channel <id>', 'incident channel, such as C0123ABCD')
    .addOption(
      new Option('--slack-mode <mode>', 'how clicks come in').choices(['socket', 'http']).default('socket'),
    )
    .option('--slack-url <url>', 'public address of Firebreak, for the mode http')
    .option('--slack-api-url <url>', "another Web API address than Slack's own")
    .option(
      '--database <name=VARIABLE>',
      'a database and the variable, or /file, with its URL; repeatable',
      named,
      [],
    )
    .option('--replica <database/name=VARIABLE>', 'a replica of it; repeatable', named, [])
    .option(
      '--pgbouncer <database/name=VARIABLE>',
      'the console of a PgBouncer before it; repeatable',
      named,
      [],
    )
    .option(
      '--gate <database=VARIABLE>',
      "the cost gate's own URL of a database, best on a replica; repeatable",
      named,
      [],
    )
    .option('--prometheus <url>', 'Prometheus of the databases')
    .option('--in-cluster', 'use the service account of the own pod')
    .addOption(new Option('--kubeconfig <file>', 'kubeconfig of the cluster').conflicts('inCluster'))
    .option('--context <name>', 'context of the kubeconfig')
    .option('--namespace <name>', 'a namespace with batch jobs; repeatable', collect, [])
    .option('--identity <user>', 'who Firebreak is in the cluster (kubectl auth whoami)')
    .option('--approver <id>', 'Slack user id of somebody who may decide; repeatable', collect, [])
    .option('--alert-token <VARIABLE>', "variable with the Alertmanager's token", 'ALERTMANAGER_TOKEN')
    .option('--gate-token <VARIABLE>', 'variable with the token of jobs that ask the gate', 'GATE_TOKEN')
    .option('--role <name>', 'PostgreSQL role of Firebreak, for the grants')
    .option('--time-zone <name>', 'IANA name of the zone of the team')
    .option('--json', 'print one JSON object');
}

/**
 * The answers of somebody who is not asked. `refuse` is called with what is missing and does not return; with --print only
 * what that file needs is.
 */
export function answersFrom(
  options: InitOptions,
  detected: Detected,
  refuse: (problem: string) => never,
): Answers {
  const printed = options.print;
  const databases = databasesFrom(options, detected);
  const cluster = clusterFrom(options, detected);
  const namespaces = namespacesFrom(options, detected);
  const needs = (kind: OutputFile['kind']) => printed === undefined || printed === kind;
  if (needs('config') && options.slackChannel === undefined) refuse('--slack-channel is missing.');
  if ((needs('config') || needs('grants')) && databases.length === 0)
    refuse('There is no database: say --database name=VARIABLE, or set a variable with a postgresql:// URL.');
  const stray = options.gate.find(({ name }) => !databases.some((database) => database.name === name));
  if (stray !== undefined) refuse(`--gate names ${stray.name}, and there is no such database.`);
  if (needs('rbac') && cluster !== null && namespaces.length === 0)
    refuse('--namespace is missing: the namespaces with your batch jobs.');
  if (needs('manifest') && options.slackMode === 'http' && options.slackUrl === undefined)
    refuse('--slack-url is missing: the public address of Firebreak, for the mode http.');
  return {
    slack: {
      channel: options.slackChannel ?? '',
      mode: options.slackMode,
      publicUrl: options.slackUrl ?? null,
      apiUrl: options.slackApiUrl ?? null,
    },
    databases,
    cluster: printed === 'rbac' ? (cluster ?? { inCluster: true }) : cluster,
    namespaces,
    identity: identityFrom(options, detected, cluster),
    approvers: options.approver,
    alertToken: options.alertToken,
    gateToken: options.gateToken,
    role: roleFrom(options, detected, databases),
    timeZone: options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

/** The databases of the options; without any those that are detected. */
function databasesFrom(options: InitOptions, detected: Detected): DatabaseAnswer[] {
  const found = (kind: DetectedUrl['kind']): NamedReference[] =>
    detected.databases.flatMap((one) =>
      one.kind === kind ? [{ name: one.name, of: null, url: { env: one.variable } }] : [],
    );
  const given = options.database.length > 0;
  const primaries = given ? options.database : found('primary');
  const alone = primaries.length === 1;
  const belongs = (list: readonly NamedReference[], kind: DetectedUrl['kind'], database: string) => {
    // What is detected says no database: with several it is not guessed.
    const all = list.length > 0 || given || !alone ? list : found(kind);
    return all
      .filter(({ of }) => of === database || (of === null && alone))
      .map(({ name, url }) => ({ name, url }));
  };
  return primaries.map(({ name, url }) => ({
    name,
    url,
    replicas: belongs(options.replica, 'replica', name),
    pgbouncer: belongs(options.pgbouncer, 'pgbouncer', name),
    prometheusUrl: options.prometheus ?? detected.prometheusUrl,
    gate: gateFrom(
      detected,
      options.gate.find((one) => one.name === name)?.url ?? belongs([], 'gate', name)[0]?.url,
    ),
    target: detectedOf(detected, url)?.target || name,
  }));
}

/** The cost gate of a URL, with the role that the URL says where it can be seen. */
function gateFrom(detected: Detected, url: Reference | undefined): DatabaseAnswer['gate'] {
  if (url === undefined) return null;
  return { url, role: detectedOf(detected, url)?.role || DEFAULT_GATE_ROLE };
}

function detectedOf(detected: Detected, url: Reference): DetectedUrl | undefined {
  return 'env' in url ? detected.databases.find(({ variable }) => variable === url.env) : undefined;
}

function clusterFrom(
  { inCluster, kubeconfig, context }: InitOptions,
  detected: Detected,
): ClusterAnswer | null {
  if (kubeconfig !== undefined) return { kubeconfig, context: context ?? null };
  if (inCluster === true || detected.inCluster !== null) return { inCluster: true };
  const { kubeconfig: found } = detected;
  return found === null ? null : { kubeconfig: found.file, context: context ?? found.current };
}

function namespacesFrom({ namespace, context }: InitOptions, { kubeconfig }: Detected): readonly string[] {
  if (namespace.length > 0) return namespace;
  const own = kubeconfig?.namespaces[context ?? kubeconfig.current ?? ''];
  return own === undefined ? [] : [own];
}

function identityFrom({ identity }: InitOptions, detected: Detected, cluster: ClusterAnswer | null): string {
  if (identity !== undefined) return identity;
  const own = cluster !== null && 'inCluster' in cluster ? detected.inCluster?.identity : null;
  return own ?? DEFAULT_IDENTITY;
}

/** A role that a detected URL uses already is the one to be granted rights. */
function roleFrom({ role }: InitOptions, detected: Detected, [first]: readonly DatabaseAnswer[]): string {
  if (role !== undefined) return role;
  return (first === undefined ? undefined : detectedOf(detected, first.url)?.role) || DEFAULT_ROLE;
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** Reads `name=VARIABLE` or `database/name=/file`. */
function named(text: string, before: readonly NamedReference[]): NamedReference[] {
  const match = /^(?:(?<of>[a-z0-9][a-z0-9-]*)\/)?(?<name>[a-z0-9][a-z0-9-]*)=(?<where>\S+)$/.exec(text);
  const { of, name = '', where = '' } = match?.groups ?? {};
  if (match === null)
    throw new InvalidArgumentError(
      'Write name=VARIABLE or name=/path, the name in lower case, digits and dashes.',
    );
  if (where.includes('://'))
    throw new InvalidArgumentError(
      'Give the name of the variable or file that holds the URL, never the URL itself.',
    );
  return [...before, { name, of: of ?? null, url: referenceOf(where) }];
}

/** A path is a file, anything else a variable. */
export function referenceOf(where: string): Reference {
  return /[/\\.]/.test(where) ? { file: where } : { env: where };
}
