import type { ActionClass, Person } from '../domain/actor.ts';
import { matchesEverything } from '../domain/matcher.ts';
import { isActive, MOST_SILENT_MINUTES, type Silence, silenceStream } from '../domain/silence.ts';
import type { AlertOutcome, State, StoredAlert, Work } from '../ports/state.ts';
import { INTAKE } from '../ports/state.ts';
import type { AlertDesk, Replayed, SilenceRequest } from './desk-alerts.ts';
import { type ReadLetter, replayOne } from './replay-alert.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Newest alerts that are looked through. */
const MOST_ALERTS = 500;
const REASON = { least: 3, most: 500 } as const;
/** The channel is told, and what a silence held back is decided on. */
const AFTERWARDS: readonly Work[] = [{ kind: 'render', key: 'intake' }, INTAKE];

interface AlertDeskOptions {
  readonly state: State;
  /** Why somebody may not do this, or null. */
  readonly whyNot: (by: Person, actionClass: ActionClass) => Promise<{ readonly message: string } | null>;
  readonly readLetter: ReadLetter;
}

/** Silences and what led to nothing; who may set and end silences is read at the moment of the asking. */
export function createAlertDesk({ state, whyNot, readLetter }: AlertDeskOptions): AlertDesk {
  async function ofLastDay(outcome: AlertOutcome): Promise<StoredAlert[]> {
    const since = (await state.now()).getTime() - DAY_MS;
    const alerts = await state.alerts.list(MOST_ALERTS, [outcome]);
    return alerts.filter(
      ({ alert, receivedAt }) => alert.status === 'firing' && Date.parse(receivedAt) > since,
    );
  }

  return {
    silences: async () => state.silences.list(),

    async silence(request) {
      const denied = await whyNot(request.by, 'incident');
      const message = denied?.message ?? problemOf(request);
      if (message !== null) return { status: 'refused', message };
      const { matchers, minutes, by, click } = request;
      const now = await state.now();
      const silence: Silence = {
        id: await state.silences.nextId(),
        matchers: [...matchers],
        startsAt: now.toISOString(),
        endsAt: new Date(now.getTime() + minutes * 60_000).toISOString(),
        reason: request.reason.trim(),
        by,
      };
      const named = click === undefined ? {} : { click };
      await state.journal.append(
        silenceStream(silence.id),
        0,
        [{ type: 'silence.added', silence, ...named }],
        {
          work: AFTERWARDS,
          silence,
        },
      );
      return { status: 'silenced', silence };
    },

    async endSilence(id, by, click) {
      const denied = await whyNot(by, 'incident');
      if (denied !== null) return denied.message;
      const now = await state.now();
      const silence = await state.silences.get(id);
      if (silence === null) return `There is no silence ${id}. Maintenance windows end in the configuration.`;
      if (!isActive(silence, now)) return `${id} is over already.`;
      const named = click === undefined ? {} : { click };
      const ended = { ...silence, endsAt: now.toISOString() };
      const result = await state.journal.append(
        silenceStream(id),
        1,
        [{ type: 'silence.ended', id, by, ...named }],
        {
          work: AFTERWARDS,
          silence: ended,
        },
      );
      return result.status === 'appended' ? null : `Somebody else has just ended ${id}.`;
    },

    async replay(ids, by) {
      const denied = await whyNot(by, 'incident');
      if (denied !== null) return { status: 'refused', message: denied.message };
      const results: Replayed[] = [];
      for (const id of ids) results.push(await replayOne(state, readLetter, id));
      return { status: 'replayed', results };
    },

    async heldBack() {
      const [undecided, silenced, flapping, letters] = await Promise.all([
        ofLastDay('ignored'),
        ofLastDay('silenced'),
        ofLastDay('flapping'),
        state.deadLetters.list(MOST_ALERTS),
      ]);
      const since = (await state.now()).getTime() - DAY_MS;
      return {
        undecided,
        silenced,
        flapping,
        letters: letters.filter(({ lastAt }) => Date.parse(lastAt) > since),
      };
    },
  };
}

function problemOf({ matchers, minutes, reason }: SilenceRequest): string | null {
  const { length } = reason.trim();
  if (length < REASON.least || length > REASON.most)
    return `Say why in ${REASON.least} to ${REASON.most} characters. Nothing was silenced.`;
  if (matchers.length === 0 || matchesEverything(matchers))
    return 'This would silence every alert. Name a label that has to be there, such as database="orders".';
  if (!(minutes >= 1 && minutes <= MOST_SILENT_MINUTES))
    return 'A silence lasts from one minute to 7 days. What lasts longer is alerts.maintenance in the configuration.';
  return null;
}
