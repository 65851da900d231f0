import { type Deciders, decidersOf } from '../../domain/deciders.ts';
import { currentAttempt, type Incident } from '../../domain/incident.ts';
import type { IncidentView } from '../../engine/desk.ts';
import type { ChatMessage } from '../../ports/state.ts';
import { awaited } from '../../words/incident-state.ts';
import { filedIn } from '../documents/details.ts';
import { NONE } from '../documents/none.ts';
import { documentKey } from '../documents/paper.ts';
import { picturesOf } from '../pictures/pictures-of.ts';
import type { Beside, ToldBeside } from './beside.ts';
import { type Claim, claimsOf, type Dirty, type DirtyIncidents } from './dirty.ts';
import type { Lanes } from './lanes.ts';
import { linksTo } from './links-to.ts';
import { cardKey, type DesiredMessage, messagesOf, unsentDocuments } from './messages-of.ts';
import type { News, NewsDesk } from './news.ts';
import { nextActions, type OutboxAction } from './next-actions.ts';
import type { OutboxOptions } from './options.ts';
import { type Place, perform } from './perform.ts';
import { isHeldBack, putAside } from './put-aside.ts';
import { channelFor, channelOf, giveUp } from './routed-channel.ts';

/** Codes of faults that concern everything that is sent, and not one message. */
const SLACK_WIDE: ReadonlySet<string> = new Set(['slack-token', 'slack-scope']);

/** How the messages should be, and since when there are any (ISO 8601). */
interface Wanted extends ToldBeside {
  /** Null where they belong to none. */
  readonly incident: Incident | null;
}

/** The right to draw an incident: until when, and whether it is still had. */
interface Hold extends Pick<Place, 'isOurs'> {
  readonly signal: AbortSignal;
}

/**
 * Looks at one incident and serves it for as long as it is its turn. `elsewhere` when another process draws it.
 * Throws what the state throws, and the fault of a message that Slack will not take.
 */
export type Visit = (dirty: Dirty) => Promise<'visited' | 'elsewhere'>;

export function createVisit(
  options: OutboxOptions & {
    readonly beside: Beside;
    readonly row: DirtyIncidents;
    readonly lanes: Lanes;
    readonly news: NewsDesk;
    /** Lets an incident be looked at again. */
    readonly redraw: (incidentId: string) => void;
  },
): Visit {
  const {
    tools,
    desk,
    mutex,
    health,
    actionClassOf,
    beside,
    row,
    lanes,
    news,
    illustrator,
    clerk,
    roster,
    timeZone,
    telemetry,
  } = options;

  async function wanted(id: string, rows: readonly ChatMessage[]): Promise<Wanted> {
    const told = await beside.get(id)?.();
    if (told !== undefined) return { ...told, incident: null };
    const view = await desk.view(id);
    return view === null ? { since: '', incident: null, messages: [] } : drawn(view, rows);
  }

  function drawn(view: IncidentView, rows: readonly ChatMessage[]): Wanted {
    const { incident } = view;
    const redraw = () => options.redraw(incident.id);
    clerk.want(incident, rows, redraw);
    const unsent = new Set(rows.flatMap(({ key, ts }) => (ts === NONE ? [key] : [])));
    const notes = unsentDocuments(incident, (number) => unsent.has(documentKey(number)));
    return { since: incident.openedAt, incident, messages: [...pictured(view, rows, redraw), ...notes] };
  }

  function pictured(view: IncidentView, rows: readonly ChatMessage[], redraw: () => void): DesiredMessage[] {
    const { incident } = view;
    const links = linksTo(rows, tools.workspaceUrl());
    const around = {
      actionClassOf,
      linkTo: links,
      deciders: decidersIn(incident, rows, redraw),
      filedOf: filedIn(rows),
    };
    if (illustrator === null) return messagesOf(view, around);
    const pictures = picturesOf(incident, timeZone, cardKey);
    const files = new Map(rows.flatMap(({ key, ts }) => (ts === null ? [] : [[key, ts] as const])));
    const missing = [...pictures.values()].filter(({ key }) => !files.has(key));
    illustrator.want(incident.id, missing, redraw);
    const pictureOf = (key: string) => {
      const picture = pictures.get(key);
      const fileId = files.get(picture?.key ?? '');
      if (picture === undefined || fileId === undefined || !illustrator.isShowable(fileId)) return null;
      return { fileId, altText: picture.chart.altText };
    };
    return messagesOf(view, { ...around, pictureOf });
  }

  /** Who may answer what waits. Only an edit names them, as it calls nobody: reminders do that, at their time. */
  function decidersIn(incident: Incident, rows: readonly ChatMessage[], redraw: () => void): Deciders | null {
    const attempt = currentAttempt(incident);
    const isPosted = rows.some(({ key, ts }) => key === 'parent' && ts !== null);
    if (!isPosted || attempt === undefined || awaited(incident) === null) return null;
    const lists = roster.of(actionClassOf(attempt.step.kind) ?? 'incident', redraw);
    return lists === null ? null : decidersOf(lists, incident, attempt);
  }

  const othersThan = (dirty: Dirty): Claim[] =>
    [...row.all.values()].flatMap((other) => (other === dirty || other.visited ? [] : other.claims));

  /** The first action whose turn it is, with its claim. */
  function admitted(dirty: Dirty, actions: readonly OutboxAction[]) {
    const others = othersThan(dirty);
    for (const [index, claim] of dirty.claims.entries()) {
      const action = actions[index];
      if (action !== undefined && lanes.admits(claim, others)) return { action, claim, others };
    }
    return null;
  }

  /** Looks at it and does what it is its turn for; false when nothing is to be done now. */
  async function look(dirty: Dirty, hold: Hold, told: News | null): Promise<boolean> {
    const { marks } = dirty;
    const rows = told === null ? await tools.messages.list(dirty.id) : [told.row];
    const desired = told === null ? await wanted(dirty.id, rows) : drawn({ ...told, progress: null }, rows);
    const messages = desired.messages.filter((message) => !isHeldBack(tools, dirty.id, message, rows));
    const actions = nextActions(messages, rows, (nonce) => tools.unsent.has(nonce));
    const channel = channelFor(tools, desired.incident?.channel ?? null);
    dirty.claims = claimsOf(dirty, actions, (action) => lanes.laneOf(action, channelOf(action, channel)));
    dirty.seen = marks;
    if (dirty.marks !== marks) return true;
    if (actions.length === 0) row.clean(dirty);
    const next = hold.signal.aborted || !health.isOpen() ? null : admitted(dirty, actions);
    if (next === null) return false;
    await act(desired, dirty, hold, next);
    return true;
  }

  async function serve(dirty: Dirty, hold: Hold): Promise<void> {
    while (!hold.signal.aborted && health.isOpen()) if (!(await look(dirty, hold, null))) return;
  }

  async function act(
    { since, incident }: Wanted,
    dirty: Dirty,
    { isOurs }: Hold,
    { action, claim, others }: { action: OutboxAction; claim: Claim; others: readonly Claim[] },
  ): Promise<void> {
    lanes.begin(claim, action, others);
    row.toTheEnd(dirty);
    dirty.seen = null;
    const place = {
      id: dirty.id,
      openedAt: since,
      channel: channelFor(tools, incident?.channel ?? null),
      isOurs,
    };
    const send = async () => perform(tools, place, action);
    const marked =
      incident === null ? send() : (telemetry?.during(incident, { name: 'render' }, send) ?? send());
    const performed = await marked.catch((error: unknown) => {
      lanes.end(claim, { status: 'done' });
      throw error;
    });
    lanes.end(claim, performed);
    if (performed.status === 'done') tools.setAside.taken(dirty.id, action.message);
    if (performed.status !== 'refused') return;
    const { fault } = performed;
    const channel = channelOf(action, place.channel);
    const isChannel = fault.code === 'slack-channel';
    if (SLACK_WIDE.has(fault.code) || (isChannel && channel === tools.channel)) health.refused(fault);
    else if (isChannel && incident?.status === 'open') await giveUp(tools, { id: dirty.id, channel }, fault);
    else putAside(tools, dirty.id, action, fault);
  }

  /** Its row was written down a moment ago, so that nobody else posts it: it need not wait for the hold. */
  async function postNews(dirty: Dirty): Promise<boolean> {
    const told = health.isOpen() ? news.take(dirty.id) : null;
    return told === null || (await look(dirty, { signal: options.signal, isOurs: async () => false }, told));
  }

  return async (dirty) => {
    const posted = postNews(dirty);
    posted.catch(() => undefined);
    // The hold is taken meanwhile: nobody else shall look for the post, miss it and post anew while it is on its way.
    const held = await mutex.exclusively(`render:${dirty.id}`, async (lost, confirm) => {
      if (!(await posted)) return;
      const isOurs = async () =>
        confirm().then(
          () => true,
          () => false,
        );
      await serve(dirty, { signal: AbortSignal.any([options.signal, lost]), isOurs });
    });
    await posted;
    return held.status === 'busy' ? 'elsewhere' : 'visited';
  };
}
