import type { webApi } from '@slack/bolt';
import { loggableError } from '../../domain/errors.ts';
import type { Incident } from '../../domain/incident.ts';
import type { IncidentDesk } from '../../engine/desk.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Fetch } from '../../ports/http.ts';
import type { ChatMessage, ChatMessages, Confirm, Mutex } from '../../ports/state.ts';
import type { Identity } from '../app/preflight.ts';
import { sendFile, shareFile } from '../app/upload.ts';
import { slackErrorCode } from '../app/why-unanswered.ts';
import type { SlackLogger } from '../bot.ts';
import { newNonce } from '../outbox/nonce.ts';
import { type CanvasResult, makeCanvas } from './canvas.ts';
import { NONE } from './none.ts';
import { escaped, type Paper, type Place, type PostMortemWriter, papersOf } from './paper.ts';
import { sharedAt } from './shared-at.ts';

/** A share without an answer may still arrive for so long; milliseconds. */
const ARRIVES_MS = 10_000;
/** Milliseconds between two tries, twice as long each time. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;

export interface ClerkOptions {
  readonly client: webApi.WebClient;
  readonly fetch: Fetch;
  readonly desk: Pick<IncidentDesk, 'postMortem'>;
  readonly messages: ChatMessages;
  readonly mutex: Mutex;
  readonly clock: Clock;
  readonly logger: SlackLogger;
  readonly identity: () => Promise<Identity>;
  readonly signal: AbortSignal;
}

/** Puts files into the thread, each once, beside everything else: post-mortems, and what a card cannot show whole. */
export interface Clerk {
  /** Sees to it that the files are in the thread; `done` is called when something changed. */
  want(incident: Incident, rows: readonly ChatMessage[], done: () => void): void;
  settled(): Promise<void>;
}

/** How a round over the files of an incident ended. */
type Round = 'delivered' | 'nothing' | 'again';

const canvasKey = (number: number): string => `canvas:${number}`;

export function createClerk(options: ClerkOptions): Clerk {
  const { client, clock, desk, logger, messages, mutex, signal } = options;
  const running = new Map<string, Promise<void>>();
  const pauses = new Map<string, number>();

  async function rowOf(incidentId: string, key: string): Promise<ChatMessage | null> {
    return (await messages.list(incidentId)).find((one) => one.key === key) ?? null;
  }

  /** Throws when another process has written its own row meanwhile: this one was taken for dead. */
  async function write(row: ChatMessage, before: ChatMessage | null): Promise<void> {
    if (!(await messages.replace(row, before))) throw new Error('Another process has gone on with the file.');
  }

  /** False when there is nothing to put there. */
  async function deliver(
    incident: Incident,
    paper: Paper,
    parent: ChatMessage,
    confirm: Confirm,
  ): Promise<boolean> {
    const { key, name, title } = paper;
    if (parent.ts === null) return false;
    const place = { channel: parent.channel, thread: parent.ts };
    const written = await paper.write(place);
    if (written === null) return false;
    const before = await rowOf(incident.id, key);
    if (before !== null && (await arrived(before, place))) return true;
    const bytes = Buffer.from(written.text, 'utf8');
    const file = await sendFile(client, options.fetch, { name, title, bytes });
    const { channel } = place;
    const row = { incidentId: incident.id, key, channel, ts: null, nonce: file, contentHash: '' };
    await write(row, before);
    await confirm();
    await shareFile(client, { id: file, title }, { ...place, text: written.words });
    const isOurs = await messages.replace({ ...row, ts: file }, row);
    if (!isOurs) await takeBack(place, row);
    return true;
  }

  /** It was shared so late that another process did not find it and shared the file anew. */
  async function takeBack(place: Place, { incidentId, key, nonce }: ChatMessage): Promise<void> {
    const ts = await sharedAt(client, place, nonce);
    if (ts !== null) await client.chat.delete({ channel: place.channel, ts });
    logger.warn(
      { incident: incidentId, file: key },
      'A file came late, and another process had shared it meanwhile; it is taken back',
    );
  }

  /** Whether an earlier try arrived; one without an answer may still be on its way. */
  async function arrived(row: ChatMessage, place: Place): Promise<boolean> {
    if (row.ts !== null) return true;
    await clock.sleep(ARRIVES_MS, signal);
    if ((await sharedAt(client, place, row.nonce)) === null) return false;
    await write({ ...row, ts: row.nonce }, row);
    return true;
  }

  /**
   * Nothing in Slack finds a canvas again, so that it is made once: written down before, and never again after an end that
   * nobody knows.
   */
  async function canvasOf(
    incidentId: string,
    number: number,
    canvas: { title: string; markdown: string; channel: string },
  ): Promise<CanvasResult> {
    const key = canvasKey(number);
    const before = await rowOf(incidentId, key);
    if (before?.ts === null) return { none: 'Firebreak was interrupted while it made one' };
    if (before !== null) return before.ts === NONE ? { none: before.contentHash } : { id: before.ts };
    const { channel } = canvas;
    const row = { incidentId, key, channel, ts: null, nonce: newNonce(clock.now()), contentHash: '' };
    await write(row, null);
    const made = await makeCanvas(client, canvas);
    const [ts, contentHash] = 'id' in made ? [made.id, ''] : [NONE, made.none];
    await write({ ...row, ts, contentHash }, row);
    return made;
  }

  async function canvasLine(...asked: Parameters<typeof canvasOf>): Promise<string> {
    const canvas = await canvasOf(...asked);
    if ('none' in canvas) return `As a file only: no canvas, ${escaped(canvas.none)}.`;
    const { url, teamId } = await options.identity();
    return `<${url ?? 'https://slack.com/'}docs/${teamId}/${canvas.id}|Open it as a canvas>`;
  }

  async function failed(incident: Incident, { key }: Paper, error: unknown): Promise<void> {
    if (signal.aborted) return;
    logger.warn(
      { err: loggableError(error), incident: incident.id, file: key },
      'A file could not be put into its thread',
    );
    if (slackErrorCode(error) !== 'missing_scope') return;
    const row = { incidentId: incident.id, key, channel: '', ts: NONE, nonce: NONE };
    await messages.replace({ ...row, contentHash: 'missing_scope' }, await rowOf(incident.id, key));
  }

  async function deliverAll(
    incident: Incident,
    papers: readonly Paper[],
    parent: ChatMessage,
  ): Promise<Round> {
    let [failures, delivered] = [false, false];
    const held = await mutex.exclusively(`documents:${incident.id}`, async (_lost, confirm) => {
      for (const paper of papers) {
        try {
          if (await deliver(incident, paper, parent, confirm)) delivered = true;
        } catch (error) {
          failures = true;
          await failed(incident, paper, error);
        }
      }
    });
    // Another process is at it: this one looks again later.
    if (failures || held.status === 'busy') return 'again';
    return delivered ? 'delivered' : 'nothing';
  }

  const writer: PostMortemWriter = {
    markdown: async (incidentId, number) => desk.postMortem(incidentId, number),
    canvasLine,
  };

  return {
    want(incident, rows, done) {
      const parent = rows.find(({ key }) => key === 'parent');
      const there = new Set(rows.flatMap(({ key, ts }) => (ts === null ? [] : [key])));
      const open = papersOf(incident, writer).filter(({ key }) => !there.has(key));
      if (open.length === 0 || parent?.ts == null || running.has(incident.id) || signal.aborted) return;
      const ended = deliverAll(incident, open, parent)
        .then(async (round) => {
          const pause = pauses.get(incident.id) ?? FIRST_PAUSE_MS;
          pauses.delete(incident.id);
          if (round !== 'again') return round;
          pauses.set(incident.id, Math.min(LONGEST_PAUSE_MS, 2 * pause));
          await clock.sleep(pause, signal);
          return round;
        })
        .catch(() => 'again' as const)
        .then((round) => {
          running.delete(incident.id);
          if (round !== 'nothing') done();
        });
      running.set(incident.id, ended);
    },
    async settled() {
      await Promise.allSettled(running.values());
    },
  };
}
