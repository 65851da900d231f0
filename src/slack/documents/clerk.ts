import type { webApi } from '@slack/bolt';
import { loggableError } from '../../domain/errors.ts';
import type { Incident } from '../../domain/incident.ts';
import type { IncidentDesk } from '../../engine/desk.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Fetch } from '../../ports/http.ts';
import type { ChatMessage, ChatMessages, Mutex } from '../../ports/state.ts';
import type { Identity } from '../app/preflight.ts';
import { sendFile, shareFile } from '../app/upload.ts';
import { slackErrorCode } from '../app/why-unanswered.ts';
import type { SlackLogger } from '../bot.ts';
import { newNonce } from '../outbox/nonce.ts';
import { makeCanvas } from './canvas.ts';
import { isInThread } from './in-thread.ts';
import { NONE } from './none.ts';
import { escaped, type Paper, type Place, type PostMortemWriter, papersOf } from './paper.ts';

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

  /** False when there is nothing to put there. */
  async function deliver(incident: Incident, paper: Paper, parent: ChatMessage): Promise<boolean> {
    const { key, name, title } = paper;
    if (parent.ts === null) return false;
    const place = { channel: parent.channel, thread: parent.ts };
    const row = { incidentId: incident.id, key, channel: place.channel };
    const written = await paper.write(place);
    if (written === null) return false;
    if (await arrived(key, incident.id, place)) return true;
    const bytes = Buffer.from(written.text, 'utf8');
    const file = await sendFile(client, options.fetch, { name, title, bytes });
    const begun = clock.now().toISOString();
    await messages.put({ ...row, ts: null, nonce: file, contentHash: begun });
    await shareFile(client, { id: file, title }, { ...place, text: written.words });
    await messages.put({ ...row, ts: file, nonce: file, contentHash: begun });
    return true;
  }

  /** Whether an earlier try arrived; one that was made just now is waited for. */
  async function arrived(key: string, incidentId: string, place: Place): Promise<boolean> {
    const row = (await messages.list(incidentId)).find((one) => one.key === key);
    if (row === undefined) return false;
    if (row.ts !== null) return true;
    const age = clock.now().getTime() - (Date.parse(row.contentHash) || 0);
    if (age < ARRIVES_MS) await clock.sleep(ARRIVES_MS - age, signal);
    if (!(await isInThread(client, place, row.nonce))) return false;
    await messages.put({ ...row, ts: row.nonce });
    return true;
  }

  async function canvasLine(
    incidentId: string,
    number: number,
    canvas: { title: string; markdown: string; channel: string },
  ): Promise<string> {
    const key = canvasKey(number);
    const row = (await messages.list(incidentId)).find((one) => one.key === key);
    const made = row === undefined ? await makeCanvas(client, canvas) : null;
    if (made !== null) {
      const [ts, contentHash] = 'id' in made ? [made.id, ''] : [NONE, made.none];
      const { channel } = canvas;
      await messages.put({ incidentId, key, channel, ts, nonce: newNonce(clock.now()), contentHash });
    }
    const { ts, contentHash } = (await messages.list(incidentId)).find((one) => one.key === key) ?? {};
    if (ts === undefined || ts === NONE)
      return `As a file only: no canvas, ${escaped(contentHash ?? 'unknown')}.`;
    const { url, teamId } = await options.identity();
    return `<${url ?? 'https://slack.com/'}docs/${teamId}/${ts}|Open it as a canvas>`;
  }

  async function failed(incident: Incident, { key }: Paper, error: unknown): Promise<void> {
    if (signal.aborted) return;
    logger.warn(
      { err: loggableError(error), incident: incident.id, file: key },
      'A file could not be put into its thread',
    );
    if (slackErrorCode(error) !== 'missing_scope') return;
    const row = { incidentId: incident.id, key, channel: '' };
    await messages.put({ ...row, ts: NONE, nonce: NONE, contentHash: 'missing_scope' });
  }

  async function deliverAll(
    incident: Incident,
    papers: readonly Paper[],
    parent: ChatMessage,
  ): Promise<Round> {
    let [failures, delivered] = [false, false];
    const held = await mutex.exclusively(`documents:${incident.id}`, async () => {
      for (const paper of papers) {
        try {
          if (await deliver(incident, paper, parent)) delivered = true;
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
