import { parse } from 'yaml';
import { z } from 'zod';

/** What the surroundings say, before anybody is asked. Values of secrets are not among it. */
export interface Detected {
  /** The service account of the own pod; null outside of a cluster. */
  readonly inCluster: { readonly namespace: string; readonly identity: string | null } | null;
  readonly kubeconfig: {
    readonly file: string;
    readonly contexts: readonly string[];
    readonly current: string | null;
    /** Namespace of each context, where it names one. */
    readonly namespaces: Readonly<Record<string, string>>;
  } | null;
  /** Variables that hold a PostgreSQL URL, with the names that follow from it. */
  readonly databases: readonly DetectedUrl[];
  readonly prometheusUrl: string | null;
}

/** A variable with a PostgreSQL URL. */
export interface DetectedUrl {
  readonly variable: string;
  /** Such as `orders-primary` of ORDERS_PRIMARY_URL. */
  readonly name: string;
  readonly kind: 'primary' | 'replica' | 'pgbouncer' | 'gate';
  /** Role and database of the URL; empty when it names none. */
  readonly role: string;
  readonly target: string;
}

/** What to detect from; read by whoever calls. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Content of the files of the own service account; null outside of a cluster. */
  readonly serviceAccount: { readonly namespace: string; readonly token: string } | null;
  readonly kubeconfig: { readonly file: string; readonly text: string } | null;
}

/** Variables that hold the state of Firebreak itself, which is never monitored. */
const OWN = /^(?:FIREBREAK_|STATE_)/;

/** Reads the surroundings. What cannot be read counts as not there. Pure. */
export function detect({ environment, serviceAccount, kubeconfig }: Surroundings): Detected {
  return {
    inCluster:
      serviceAccount === null
        ? null
        : { namespace: serviceAccount.namespace.trim(), identity: subjectOfToken(serviceAccount.token) },
    kubeconfig: kubeconfig === null ? null : contextsOf(kubeconfig),
    databases: Object.entries(environment).flatMap(([variable, value]) =>
      value === undefined || OWN.test(variable) ? [] : urlOf(variable, value),
    ),
    prometheusUrl: environment.PROMETHEUS_URL ?? null,
  };
}

function urlOf(variable: string, value: string): DetectedUrl[] {
  if (!/^postgres(ql)?:\/\//.test(value)) return [];
  const url = URL.parse(value) ?? URL.parse(value.replace('@/', '@localhost/'));
  if (url === null) return [];
  const target = decodeURIComponent(url.pathname.replace(/^\//, ''));
  const kind =
    target === 'pgbouncer'
      ? 'pgbouncer'
      : // Before the replica: plans are made there, and the variable may say so.
        /(?:^|_)GATE(?:_|$)/.test(variable)
        ? 'gate'
        : /REPLICA|STANDBY|_RO(?:_|$)/.test(variable)
          ? 'replica'
          : 'primary';
  return [{ variable, name: nameOf(variable), kind, role: decodeURIComponent(url.username), target }];
}

/** A variable as the configuration calls a database. */
export function nameOf(variable: string): string {
  const name = variable
    .replace(/_(?:DATABASE_)?(?:URL|DSN|URI)$/i, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' || name === 'database' ? 'primary' : name;
}

const Kubeconfig = z.object({
  'current-context': z.string().optional(),
  contexts: z
    .array(
      z.object({ name: z.string(), context: z.object({ namespace: z.string().optional() }).prefault({}) }),
    )
    .default([]),
});

function contextsOf({ file, text }: { file: string; text: string }): Detected['kubeconfig'] {
  const read = Kubeconfig.safeParse(parsed(text));
  if (!read.success || read.data.contexts.length === 0) return null;
  const { contexts } = read.data;
  return {
    file,
    contexts: contexts.map(({ name }) => name),
    current: read.data['current-context'] ?? null,
    namespaces: Object.fromEntries(
      contexts.flatMap(({ name, context }) =>
        context.namespace === undefined ? [] : [[name, context.namespace]],
      ),
    ),
  };
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

/** The user of a service account's token: its subject, which is no secret. */
function subjectOfToken(token: string): string | null {
  const [, payload = ''] = token.split('.');
  const read = z
    .object({ sub: z.string() })
    .safeParse(parsed(Buffer.from(payload, 'base64url').toString('utf8')));
  return read.success ? read.data.sub : null;
}
