import { Cron } from 'croner';
import { z } from 'zod';
import { isTimeZone } from '../domain/audit-policy.ts';
import type { IntakePolicy, MaintenanceWindow } from '../domain/intake-policy.ts';
import { matchesEverything, parseMatchers } from '../domain/matcher.ts';

const LONGEST_WINDOW_MINUTES = 7 * 24 * 60;

/** Matchers in Alertmanager's notation, each a text; all of them hold. */
const Matchers = z
  .union([z.string(), z.array(z.string())])
  .transform((given, context) => {
    const parsed = [given].flat().map((text) => parseMatchers(text));
    for (const problem of parsed.filter((one) => typeof one === 'string')) context.addIssue(problem);
    return parsed.flatMap((one) => (typeof one === 'string' ? [] : one));
  })
  .describe('As in Alertmanager: severity="critical", alertname=~"Postgres.*", != and !~.');

const Choosy = Matchers.refine((matchers) => !matchesEverything(matchers), {
  error: 'matches every alert; name at least one label that has to be there',
});

const RouteEntry = z
  .strictObject({
    matchers: Matchers,
    database: z.string().optional().describe('Name of an entry of databases.'),
    service: z.string().optional().describe('Service that the incident is told to be about.'),
    channel: z
      .string()
      .regex(/^[CG][A-Z0-9]{2,}$/, 'a Slack channel id such as C0123ABCD')
      .optional()
      .describe('Channel of the incident instead of slack.channel; the bot must be a member.'),
    runbook: z.string().optional().describe('Id of the runbook that starts.'),
  })
  .refine(({ database, service, channel, runbook }) => [database, service, channel, runbook].some(Boolean), {
    error: 'needs at least one of database, service, channel and runbook',
  });

const Maintenance = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
    matchers: Choosy,
    reason: z.string().min(1).describe('Told with what is silenced.'),
    from: z.iso.datetime({ offset: true }).optional().describe('ISO 8601 with zone; with until.'),
    until: z.iso.datetime({ offset: true }).optional(),
    cron: z
      .string()
      .refine(isCron, 'five fields of cron, such as "0 2 * * 0"')
      .optional()
      .describe('When it begins, again and again; with minutes.'),
    minutes: z.int().min(1).max(LONGEST_WINDOW_MINUTES).optional(),
    timeZone: z
      .string()
      .refine(isTimeZone, 'no time zone of the IANA database, such as Asia/Seoul')
      .optional()
      .describe('IANA zone of cron. Default: timeZone of this file.'),
  })
  .refine(
    ({ from, until, cron, minutes }) =>
      (from === undefined) === (until === undefined) &&
      (cron === undefined) === (minutes === undefined) &&
      (from === undefined || cron === undefined),
    { error: 'needs either from and until, or cron and minutes, or none of them for always' },
  )
  .refine(({ from, until }) => from === undefined || Date.parse(from) < Date.parse(until ?? ''), {
    error: 'until is not after from',
  });

const Inhibit = z.strictObject({
  source: Matchers.optional().describe('An alert that fires in the open incident. Default: any incident.'),
  target: Choosy.describe('Alerts that are its symptoms.'),
  equal: z.array(z.string()).default([]).describe('Labels that both have alike; the database always is.'),
});

const Flapping = z
  .strictObject({
    times: z.int().min(2).max(50).default(3),
    withinMinutes: z.int().min(1).max(720).default(30),
    holdMinutes: z.int().min(1).max(120).default(5),
  })
  .prefault({})
  .describe(
    'An alert that began to fire so many times within so many minutes opens an incident only when it lasts.',
  );

/** What is said about alerts beside where they come from. */
export const alertPolicyKeys = {
  routes: z
    .array(RouteEntry)
    .default([])
    .describe('Where alerts lead. Each setting is taken from the first matching route that has it.'),
  maintenance: z.array(Maintenance).default([]).describe('When alerts are expected, and open nothing.'),
  inhibit: z
    .array(Inhibit)
    .default([])
    .describe('Alerts that are symptoms while an incident of their database is open.'),
  flapping: Flapping,
};

/** The same as the intake takes it. */
interface PolicyKeys {
  readonly routes: readonly z.infer<typeof RouteEntry>[];
  readonly maintenance: readonly z.infer<typeof Maintenance>[];
  readonly inhibit: readonly z.infer<typeof Inhibit>[];
  readonly flapping: z.infer<typeof Flapping>;
}

export function resolveAlertPolicy(
  { routes, maintenance, inhibit, flapping }: PolicyKeys,
  timeZone: string,
): IntakePolicy {
  return {
    routes: routes.map(({ matchers, database, service, channel, runbook }) => ({
      matchers,
      database: database ?? null,
      service: service ?? null,
      channel: channel ?? null,
      runbook: runbook ?? null,
    })),
    maintenance: maintenance.map(({ name, matchers, reason, ...when }) => ({
      name,
      matchers,
      reason,
      when: whenOf(when, timeZone),
    })),
    inhibit: inhibit.map(({ source = [], target, equal }) => ({ source, target, equal })),
    flapping,
  };
}

type When = Pick<z.infer<typeof Maintenance>, 'from' | 'until' | 'cron' | 'minutes' | 'timeZone'>;

function whenOf(
  { from, until, cron, minutes, timeZone }: When,
  defaultZone: string,
): MaintenanceWindow['when'] {
  if (from !== undefined && until !== undefined) {
    const iso = (text: string) => new Date(text).toISOString();
    return { type: 'once', from: iso(from), until: iso(until) };
  }
  if (cron !== undefined && minutes !== undefined)
    return { type: 'cron', cron, minutes, timeZone: timeZone ?? defaultZone };
  return { type: 'always' };
}

interface Routed {
  readonly alerts: Pick<PolicyKeys, 'routes'>;
  readonly databases: readonly { readonly name: string }[];
}

/** Refuses routes to databases that are not there: such alerts would lead to nothing. */
export function refuseUnknownRoutes({ alerts, databases }: Routed, context: z.RefinementCtx): void {
  for (const [index, { database }] of alerts.routes.entries()) {
    if (database === undefined || databases.some(({ name }) => name === database)) continue;
    context.addIssue({
      code: 'custom',
      path: ['alerts', 'routes', index, 'database'],
      message: 'databases has no entry of this name',
    });
  }
}

function isCron(text: string): boolean {
  try {
    return new Cron(text, { paused: true, mode: '5-part' }).nextRun() !== null;
  } catch {
    return false;
  }
}
