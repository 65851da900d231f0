import { formatCount } from '../../domain/format.ts';
import { currentRun, foldIncident } from '../../domain/incident.ts';
import { outage } from '../outage.ts';
import { channel, people } from '../people.ts';
import { respond } from '../responder.ts';
import { tell } from '../tell.ts';
import { until } from '../until.ts';
import { withSession } from '../victim/connection.ts';
import type { World } from '../world.ts';

export interface ApplyOptions {
  /** Null: a person clicks. */
  readonly responder: { readonly thinkMs: number } | null;
  readonly patienceMs: number;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What the documentation asks for, so that Firebreak may set limits of the two roles. */
const RIGHTS = [
  'alter role firebreak createrole',
  'grant order_service, report_generator to firebreak with admin true, inherit false, set false',
];

/** Lets Firebreak change the roles of the shop. */
export async function grantRemedies({ victim }: World): Promise<void> {
  await withSession(victim.urls.admin, async (admin) => {
    for (const statement of RIGHTS) await admin.query(statement);
  });
}

/**
 * Starts a prevention run in Slack as a person does, and has its remedies approved there. Says what of it was not applied,
 * in words; nothing when all of it was.
 */
export async function applyRemedies(world: World, options: ApplyOptions): Promise<string[]> {
  const { slack, app } = world;
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  await type(slack.url, `prevent ${outage.database}`, signal);
  let id: string | undefined;
  await until(
    async () => {
      id = (await app.state.incidents.list(1)).find(({ id: one }) => one.startsWith('PREV-'))?.id;
      return id !== undefined;
    },
    15_000,
    signal,
  );
  if (id === undefined) return ['No prevention run was opened.'];
  const run = id;
  const script = {
    wrongOrder: false,
    unproposed: 'choose',
    stuck: 'skip',
    onClick: () => undefined,
  } as const;
  const responding =
    options.responder === null
      ? Promise.resolve()
      : respond({ slackUrl: slack.url, ...options.responder, ...script, signal });
  let told = 0;
  try {
    const closed = await until(
      async () => {
        const events = await app.state.journal.read(run);
        for (const { event } of events.slice(told)) tell(event, options.say);
        told = events.length;
        return events.some(({ event }) => event.type === 'incident.closed');
      },
      options.patienceMs,
      signal,
    );
    return closed ? await notApplied(world, run) : [`${run} was not brought to its end.`];
  } finally {
    over.abort();
    await responding;
  }
}

async function type(slackUrl: string, text: string, signal: AbortSignal): Promise<void> {
  const [onCall] = people;
  await fetch(`${slackUrl}/_sandbox/command`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: onCall.id, channel: channel.id, command: '/db-triage', text }),
    signal,
  });
}

async function notApplied({ app }: World, id: string): Promise<string[]> {
  const incident = foldIncident(id, await app.state.journal.read(id));
  const stuck = (currentRun(incident)?.attempts ?? []).filter(
    ({ fault, verdict }) => fault !== null || verdict?.status === 'failed',
  );
  return stuck.length === 0
    ? []
    : [
        `${formatCount(stuck.length, 'remedy was', 'remedies were')} not applied: ${stuck
          .map(({ step, fault, verdict }) => `${step.title}: ${fault?.message ?? verdict?.evidence ?? ''}`)
          .join('; ')}`,
      ];
}
