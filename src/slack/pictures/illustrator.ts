import type { webApi } from '@slack/bolt';
import { chartSpec } from '../../charts/spec.ts';
import { loggableError } from '../../domain/errors.ts';
import type { Charts } from '../../ports/charts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Fetch } from '../../ports/http.ts';
import type { ChatMessages, Mutex } from '../../ports/state.ts';
import { keepFile, sendFile } from '../app/upload.ts';
import { slackErrorCode } from '../app/why-unanswered.ts';
import type { SlackLogger } from '../bot.ts';
import { newNonce } from '../outbox/nonce.ts';
import type { Picture } from './pictures-of.ts';

/** Slack shows one picture in both of its themes; the dark one is readable in both, and dazzles nobody at night. */
const THEME = 'dark';
/** Slack looks at a file after its upload before a message may show it; milliseconds that this is given. */
const SETTLING_MS = 2_000;
/** How often a picture is tried, and shown. */
const MOST_TRIES = 4;
/** Milliseconds after which a refused picture is shown again, the first time. */
const FIRST_PAUSE_MS = 5_000;

export interface IllustratorOptions {
  readonly charts: Charts;
  readonly client: webApi.WebClient;
  readonly fetch: Fetch;
  readonly messages: ChatMessages;
  readonly mutex: Mutex;
  readonly clock: Clock;
  readonly logger: SlackLogger;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** Draws pictures and brings them to Slack, beside everything else: no message waits for a picture. */
export interface Illustrator {
  /** Sees to it that these pictures are uploaded, each once; `done` is called when something changed. */
  want(incidentId: string, missing: readonly Picture[], done: () => void): void;
  /** Whether a message may show this file now. */
  isShowable(fileId: string): boolean;
  /** Slack refused a message with this file: the message goes without it, and it is shown later. */
  refused(fileId: string, done: () => void): void;
  /** Waits for what is under way. */
  settled(): Promise<void>;
}

export function createIllustrator(options: IllustratorOptions): Illustrator {
  const { clock, logger, messages, mutex, signal } = options;
  const tries = new Map<string, number>();
  const resting = new Map<string, number>();
  const running = new Map<string, Promise<void>>();
  let mayUpload = true;

  const count = (key: string): number => {
    const next = (tries.get(key) ?? 0) + 1;
    tries.set(key, next);
    return next;
  };

  async function draw(incidentId: string, picture: Picture): Promise<boolean> {
    const rows = await messages.list(incidentId);
    if (rows.some(({ key, ts }) => key === picture.key && ts !== null)) return true;
    if (count(`${incidentId} ${picture.key}`) > MOST_TRIES) return false;
    const { chart } = picture;
    const bytes = await options.charts.png(chartSpec(chart, THEME), signal);
    const name = `${incidentId}.png`;
    const file = { name, title: chart.title, bytes, altText: chart.altText };
    const id = await sendFile(options.client, options.fetch, file);
    await keepFile(options.client, id, file.title);
    await clock.sleep(SETTLING_MS, signal);
    const nonce = newNonce(clock.now());
    await messages.put({ incidentId, key: picture.key, channel: '', ts: id, nonce, contentHash: '' });
    return true;
  }

  async function drawAll(incidentId: string, missing: readonly Picture[], done: () => void): Promise<void> {
    await mutex.exclusively(`pictures:${incidentId}`, async () => {
      for (const picture of missing) {
        if (await draw(incidentId, picture)) done();
      }
    });
  }

  function failed(error: unknown): void {
    if (signal.aborted) return;
    if (slackErrorCode(error) === 'missing_scope') {
      mayUpload = false;
      logger.warn(
        'Charts are not shown in Slack: the app lacks files:write. The numbers stand in the text; reinstall the app with manifest.yml',
      );
      return;
    }
    logger.warn(
      { err: loggableError(error) },
      'A chart could not be brought to Slack; the numbers stand in the text',
    );
  }

  return {
    want(incidentId, missing, done) {
      const open = missing.filter(({ key }) => (tries.get(`${incidentId} ${key}`) ?? 0) < MOST_TRIES);
      if (!mayUpload || open.length === 0 || running.has(incidentId) || signal.aborted) return;
      const ended = drawAll(incidentId, open, done)
        .catch(failed)
        .finally(() => running.delete(incidentId));
      running.set(incidentId, ended);
    },
    isShowable: (fileId) => (resting.get(fileId) ?? Number.NEGATIVE_INFINITY) <= clock.steady(),
    refused(fileId, done) {
      const times = count(fileId);
      const pause = times >= MOST_TRIES ? Number.POSITIVE_INFINITY : FIRST_PAUSE_MS * 2 ** (times - 1);
      resting.set(fileId, clock.steady() + pause);
      logger.warn({ file: fileId }, 'Slack does not show a chart yet; the message goes without it');
      if (Number.isFinite(pause)) clock.sleep(pause, signal).then(done, () => undefined);
    },
    async settled() {
      await Promise.allSettled(running.values());
    },
  };
}
