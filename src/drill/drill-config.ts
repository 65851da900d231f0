import type { Config, DatabaseConfig } from '../config/config.ts';
import { noRules } from '../domain/authority.ts';
import { NO_POLICY } from '../domain/intake-policy.ts';
import { Secret } from '../domain/secret.ts';
import type { SlackSandbox } from '../sandbox/slack/server.ts';
import { channel, people } from './people.ts';

/** What differs from drill to drill. */
export interface DrillConfigParts {
  readonly state: { readonly directory: string; readonly url: Secret | null };
  readonly kubeconfig: string;
  readonly namespaces: readonly string[];
  readonly database: DatabaseConfig;
  readonly slack: SlackSandbox;
  readonly alertToken: Secret;
  /** Left out, the runbooks that are shipped. */
  readonly runbookDirectory?: string;
}

/** The configuration that a user would write for the world of a drill. */
export function drillConfig(parts: DrillConfigParts): Config {
  const { slack } = parts;
  const deciders = people.slice(0, 2).map(({ id }) => id);
  return {
    slack: {
      mode: 'socket',
      channel: channel.id,
      apiUrl: slack.apiUrl,
      botToken: new Secret(slack.botToken),
      appToken: new Secret(slack.appToken),
      signingSecret: null,
      host: '127.0.0.1',
      port: 0,
    },
    http: { host: '127.0.0.1', port: 0 },
    state: { ...parts.state, retention: { closedIncidentDays: null, alertDays: null } },
    alertPolicy: NO_POLICY,
    sources: [
      {
        name: 'alertmanager',
        format: 'alertmanager',
        authentication: { way: 'bearer', keys: [parts.alertToken] },
        rateLimit: null,
      },
    ],
    databases: [parts.database],
    protected: { roles: [], addresses: [], minimumAgeSeconds: 5 },
    followUpSchedule: null,
    audits: { peak: { window: '09:00-22:00', timeZone: 'Asia/Seoul' }, suppress: [] },
    auditSchedule: null,
    gateToken: null,
    watchdogPolicies: [],
    kubernetes: { kubeconfig: { file: parts.kubeconfig }, namespaces: parts.namespaces },
    runbookDirectory: parts.runbookDirectory ?? null,
    authority: { observe: deciders, workload: deciders, session: deciders, incident: deciders },
    decisionRules: noRules,
    onCall: [],
    paging: [],
    terminalPeople: [],
    timeZone: 'UTC',
    logLevel: 'info',
    traced: false,
  };
}
