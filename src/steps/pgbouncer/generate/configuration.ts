import { manifestText } from '../../shared/kubernetes/gitops.ts';
import type { Params, Sizes } from './contract.ts';

const PORT = 6432;
const USERS = '/etc/pgbouncer-users/userlist.txt';
const LABELS = { app: 'pgbouncer' };

/** pgbouncer.ini for one of `processes` PgBouncers, which share the connections of the server among them. */
export function configurationText(sizes: Sizes, params: Pick<Params, 'port'>, processes = 1): string {
  const part = (connections: number) => Math.max(1, Math.floor(connections / processes));
  const { database, host, roles, servers, slots, clients } = sizes;
  const name = plain(database) ? database : quoted(database);
  const largest = Math.max(1, ...roles.map(({ most }) => most));
  return [
    `; ${roles.length} roles of ${database}, ${slots} connections for ordinary roles, ${servers} of them for PgBouncer.`,
    ...(processes === 1 ? [] : [`; For each of ${processes} processes.`]),
    '[databases]',
    `${name} = host=${host} port=${params.port} dbname=${plain(database) ? database : `'${database.replaceAll("'", "''")}'`}`,
    '',
    '[users]',
    ...roles
      .filter(({ role }) => plain(role))
      .map(({ role, most }) => `${role} = max_user_connections=${part(most)}`),
    '',
    '[pgbouncer]',
    'listen_addr = 0.0.0.0',
    `listen_port = ${PORT}`,
    '; Session variables, LISTEN, advisory locks of a session and temporary tables do not work in this mode.',
    'pool_mode = transaction',
    `default_pool_size = ${part(largest)}`,
    `max_db_connections = ${part(servers)}`,
    `max_client_conn = ${clients}`,
    'query_wait_timeout = 15',
    'idle_transaction_timeout = 60',
    'server_login_retry = 2',
    'server_idle_timeout = 60',
    'application_name_add_host = 1',
    '; 1.21 and later:',
    '; max_prepared_statements = 200',
    'auth_type = scram-sha-256',
    '; One line for each role, of: SELECT format(\'"%s" "%s"\', rolname, rolpassword) FROM pg_authid WHERE rolcanlogin;',
    `auth_file = ${USERS}`,
    'admin_users = firebreak',
    'ignore_startup_parameters = extra_float_digits',
    '',
  ].join('\n');
}

/** The same as manifests: ConfigMap, Deployment and Service. The passwords lie in a Secret that a person makes. */
export function manifestsFor(
  sizes: Sizes,
  params: Params,
  namespace: string,
): { readonly kind: string; readonly text: string }[] {
  const metadata = { name: 'pgbouncer', namespace, labels: LABELS };
  const container = {
    name: 'pgbouncer',
    image: params.image,
    command: ['pgbouncer', '/etc/pgbouncer/pgbouncer.ini'],
    ports: [{ name: 'postgres', containerPort: PORT }],
    readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 5 },
    lifecycle: { preStop: { exec: { command: ['sleep', '15'] } } },
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '256Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'configuration', mountPath: '/etc/pgbouncer', readOnly: true },
      { name: 'users', mountPath: '/etc/pgbouncer-users', readOnly: true },
      { name: 'sockets', mountPath: '/tmp' },
    ],
  };
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { 'pgbouncer.ini': configurationText(sizes, params, params.replicas) },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: params.replicas,
        selector: { matchLabels: LABELS },
        template: {
          metadata: { labels: LABELS },
          spec: {
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 70,
              seccompProfile: { type: 'RuntimeDefault' },
            },
            containers: [container],
            volumes: [
              { name: 'configuration', configMap: { name: 'pgbouncer' } },
              { name: 'users', secret: { secretName: 'pgbouncer-users' } },
              { name: 'sockets', emptyDir: {} },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: LABELS, ports: [{ name: 'postgres', port: PORT, targetPort: 'postgres' }] },
    },
  ];
  return objects.map((object) => ({ kind: object.kind, text: manifestText(object) }));
}

/** A name that needs no quotes in pgbouncer.ini. */
function plain(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
