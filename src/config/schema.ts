import { z } from 'zod';
import { isTimeZone, Peak, Suppression } from '../domain/audit-policy.ts';
import { GatePolicy } from '../domain/gate.ts';
import { RetentionPolicy } from '../domain/retention.ts';
import { SecretRef } from '../domain/secret-ref.ts';
import { alertPolicyKeys, refuseUnknownRoutes } from './alert-policy.ts';
import { AlertSource } from './alert-sources.ts';
import { AuthorityKeys, refuseUnknownOnCall } from './authority.ts';
import { ImpactEntry, needsPlace } from './impact.ts';
import { namedOnce } from './named-once.ts';
import { OnCallSources, Paging } from './on-call.ts';
import { Reminders, refuseUnknownNames } from './reminders.ts';
import { Schedule } from './schedule.ts';
import { refuseIdlePolicies, Watchdog } from './watchdog.ts';

const SlackId = z.string().regex(/^[CGU][A-Z0-9]{2,}$/, 'a Slack id such as C0123ABCD or U0123ABCD');

const Slack = z.strictObject({
  mode: z
    .enum(['socket', 'http'])
    .default('socket')
    .describe('Socket Mode needs no address that Slack can reach.'),
  channel: SlackId.describe('Id of the incident channel; the bot must be a member.'),
  botToken: SecretRef.default({ env: 'SLACK_BOT_TOKEN' }).describe('xoxb-…'),
  appToken: SecretRef.optional().describe('xapp-…, for mode: socket. Default: environment SLACK_APP_TOKEN.'),
  signingSecret: SecretRef.optional().describe('For mode: http. Default: environment SLACK_SIGNING_SECRET.'),
  host: z.string().default('0.0.0.0').describe('Address that listens in mode: http.'),
  port: z.int().min(0).max(65535).default(3000).describe('Port that listens in mode: http.'),
  apiUrl: z.url().optional().describe('Another Web API address, such as a sandbox or a GovSlack domain.'),
});

const Objective = z
  .strictObject({
    name: z.string().min(1).describe('How people call it, such as "checkout error rate".'),
    query: z.string().min(1).describe('PromQL that gives one value.'),
    below: z.number().optional().describe('It holds while the value is below this.'),
    above: z.number().optional().describe('It holds while the value is above this.'),
  })
  .refine(({ below, above }) => (below === undefined) !== (above === undefined), {
    error: 'needs either below or above',
  });

const Database = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes')
    .describe('How people and alerts call it (label database).'),
  service: z.string().optional().describe('Service that it serves (label service of its alerts).'),
  url: SecretRef.describe(
    'postgresql:// URL of the primary, for a role with pg_monitor and pg_signal_backend.',
  ),
  breakGlass: z
    .strictObject({
      replicationUrl: SecretRef.describe('postgresql:// URL of the primary, for a role with REPLICATION.'),
    })
    .optional()
    .describe(
      'Last way in when every slot is taken: a replication connection. Its role can copy the whole cluster; off unless given.',
    ),
  hosts: z
    .strictObject({
      primary: z.array(z.string().min(1)).default([]).describe('Such as a Service, or a PgBouncer in front.'),
      replicas: z.array(z.string().min(1)).default([]).describe('Such as a Service for reading.'),
    })
    .prefault({})
    .describe('Other names of its hosts, by which audits know where a workload connects to.'),
  shedFirst: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Roles whose new connections may be refused under overload, the least important first. Who is not listed is never shed.',
    ),
  cores: z.number().positive().optional().describe('CPU cores of the server; SQL cannot see them.'),
  replicas: z
    .array(
      z.strictObject({
        name: z.string(),
        url: SecretRef,
        cores: z.number().positive().optional().describe('CPU cores of this replica.'),
      }),
    )
    .superRefine(namedOnce)
    .default([]),
  pgbouncer: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes')
          .describe('How people call this PgBouncer.'),
        url: SecretRef.describe(
          'postgresql:// URL of its console, for a user of admin_users; the database is always pgbouncer.',
        ),
        pools: z
          .array(z.string().min(1))
          .min(1)
          .optional()
          .describe('Its databases that lead to the primary. Default: all.'),
      }),
    )
    .superRefine(namedOnce)
    .default([])
    .describe('The PgBouncers in front of the primary, each instance by itself.'),
  prometheus: z
    .strictObject({
      url: z.url(),
      cpuQuery: z.string().describe('PromQL that gives the CPU use of the host as a share of 0 to 1.'),
      slo: z
        .array(Objective)
        .superRefine(namedOnce)
        .default([])
        .describe(
          'What the service promises; part of what has to hold before the database counts as recovered.',
        ),
      bearerToken: SecretRef.optional(),
    })
    .optional(),
  gate: z
    .strictObject({
      url: SecretRef.describe(
        'postgresql:// URL of a role that only reads (pg_read_all_data), best to a replica: plans are made there.',
      ),
      replica: z
        .strictObject({ host: z.string().min(1), port: z.int().min(1).max(65535).default(5432) })
        .optional()
        .describe('Where jobs run instead of on the primary, as they reach it. Default: the first replica.'),
      policy: GatePolicy.optional().describe('Instead of the policy of all databases.'),
    })
    .optional()
    .describe('The cost gate for batch jobs.'),
  reminders: Reminders.optional().describe('Where it differs from the reminders of all databases.'),
  impact: z
    .array(ImpactEntry)
    .superRefine(namedOnce)
    .default([])
    .describe('What a post-mortem measures of what an incident did to the service.'),
});

const Protected = z
  .strictObject({
    roles: z.array(z.string()).default([]).describe('Roles whose sessions are never signalled.'),
    applications: z
      .string()
      .optional()
      .describe('POSIX regular expression over application_name that is never signalled.'),
    addresses: z
      .array(
        z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'an address or a network such as 10.0.9.0/24'),
      )
      .default([])
      .describe('Clients whose sessions are never signalled: addresses, or networks such as 10.0.9.0/24.'),
    minimumAgeSeconds: z
      .number()
      .min(5)
      .default(5)
      .describe('Sessions younger than this are never signalled.'),
  })
  .prefault({});

const Kubernetes = z.strictObject({
  inCluster: z.boolean().default(false).describe('Use the service account of the own pod.'),
  kubeconfig: z.string().optional().describe('Path of a kubeconfig file.'),
  context: z.string().optional(),
  namespaces: z
    .array(z.string().min(1))
    .min(1)
    .describe('Namespaces whose CronJobs and Jobs may be looked at and suspended.'),
});

const TerminalPerson = z
  .strictObject({
    person: SlackId.describe('The Slack user id that the lists of authority name.'),
    name: z.string().min(1).describe('How the journal and others call this person.'),
    login: z.string().min(1).optional().describe('Account of the machine on which "firebreak triage" runs.'),
    passphrase: SecretRef.optional().describe('For accounts that several people share: asked for with --as.'),
  })
  .refine(({ login, passphrase }) => login !== undefined || passphrase !== undefined, {
    error: 'needs a login, a passphrase, or both',
  });

const Sections = z.strictObject({
  slack: Slack,
  http: z
    .strictObject({
      host: z.string().default('0.0.0.0'),
      port: z.int().min(0).max(65535).default(8080),
      tls: z
        .strictObject({
          certificate: z.string().min(1).describe('PEM file: the certificate, and those up to the root.'),
          key: z.string().min(1).describe('PEM file of its key.'),
          clientAuthorities: z
            .string()
            .min(1)
            .optional()
            .describe('PEM file: authorities of the client certificates without which nothing is taken.'),
        })
        .optional()
        .describe('Files are read again when they change.'),
    })
    .prefault({})
    .describe('Where alerts and health checks come in.'),
  state: z
    .strictObject({
      directory: z.string().default('.firebreak/state').describe('Folder of the embedded PostgreSQL.'),
      url: SecretRef.optional().describe('An external PostgreSQL instead; never one that is monitored.'),
      backupDirectory: z
        .string()
        .optional()
        .describe(
          'Folder of the files of "firebreak state backup"; "firebreak doctor" tells the age of the newest.',
        ),
      retention: RetentionPolicy.partial()
        .strict()
        .prefault({})
        .describe(
          'Days after which the content of what is over is removed; null, the default, keeps it for ever.',
        ),
    })
    .prefault({}),
  alerts: z.strictObject({
    sources: z.array(AlertSource).min(1).superRefine(namedOnce),
    ...alertPolicyKeys,
  }),
  databases: z.array(Database.superRefine(needsPlace)).min(1).superRefine(namedOnce),
  protected: Protected.describe('Sessions that are never signalled.'),
  audits: z
    .strictObject({
      peak: Peak.optional(),
      schedule: Schedule.optional().describe(
        'Runs the audits by themselves and posts what changed. Without it they run when somebody asks.',
      ),
      suppress: z
        .array(Suppression)
        .default([])
        .describe('Findings to live with for a while, each with its reason and its last day.'),
    })
    .prefault({})
    .describe('What "firebreak audit" needs to know.'),
  followUps: z
    .strictObject({
      digest: Schedule.nullable()
        .prefault({ cron: '0 9 * * 1' })
        .describe('When the digest is posted. Default: Mondays at 09:00; null for never.'),
    })
    .prefault({})
    .describe('What was left to do after incidents.'),
  gate: z
    .strictObject({
      bearer: SecretRef.optional().describe(
        'Token of jobs that ask over HTTP. Without it nobody can ask there.',
      ),
      policy: GatePolicy.prefault({}),
    })
    .prefault({})
    .describe('The cost gate: what batch jobs may run where.'),
  watchdog: Watchdog.prefault({}).describe('Ends long queries by itself, by policies; nothing unless given.'),
  kubernetes: Kubernetes.optional(),
  runbooks: z
    .strictObject({ directory: z.string().optional() })
    .prefault({})
    .describe('Default: the runbooks shipped with Firebreak.'),
  authority: AuthorityKeys.prefault({}).describe(
    'Who may decide, by class of action. An empty list means nobody.',
  ),
  onCall: OnCallSources.describe('Where to ask who is on call.'),
  paging: Paging.describe('How somebody is woken up.'),
  reminders: Reminders.prefault({}).describe('Who hears of a decision that waits too long.'),
  terminal: z
    .strictObject({ people: z.array(TerminalPerson).default([]) })
    .prefault({})
    .describe(
      'Who may sit at "firebreak triage" when Slack is down. What they may decide stands in authority.',
    ),
  timeZone: z
    .string()
    .refine(isTimeZone, 'the IANA name of a time zone, such as Asia/Seoul')
    .default('UTC')
    .describe('Zone of the team: charts and post-mortems tell the time in it.'),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
});

/** firebreak.yml. Every key is documented in firebreak.example.yml. */
export const ConfigFile = Sections.superRefine(refuseUnknownNames)
  .superRefine(refuseUnknownOnCall)
  .superRefine(refuseUnknownRoutes)
  .superRefine(refuseIdlePolicies);
export type ConfigFile = z.infer<typeof ConfigFile>;
