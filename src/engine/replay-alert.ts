import type { Alert } from '../domain/alert.ts';
import type { AlertOutcome, DeadLetter, State } from '../ports/state.ts';
import type { Replayed } from './desk-alerts.ts';

/** The alerts in what a source sent; a sentence where it still cannot be understood. */
export type ReadLetter = (letter: DeadLetter) => readonly Alert[] | string;

const OPENED_NOTHING: readonly AlertOutcome[] = ['ignored', 'silenced', 'flapping', 'inhibited'];

/** Takes one alert, or what could not be understood, as if it came in now. */
export async function replayOne(state: State, read: ReadLetter, id: string): Promise<Replayed> {
  const nothing = (said: string): Replayed => ({ id, said, again: null });
  const letter = await state.deadLetters.get(id);
  if (letter !== null) {
    const alerts = read(letter);
    if (typeof alerts === 'string') return nothing(`It still cannot be understood: ${alerts}`);
    const { stored, repeated } = await state.alerts.store(alerts);
    await state.deadLetters.remove(id);
    return nothing(`Understood. ${stored} stored, ${repeated} known already; they are being decided on.`);
  }
  const stored = await state.alerts.get(id);
  if (stored === null) return nothing('There is no such alert.');
  if (stored.settlement === null) return nothing('It is not decided yet, and will be.');
  const { decision, incidentId } = stored.settlement;
  if (!OPENED_NOTHING.includes(decision)) return nothing(`It was not lost: ${decision} ${incidentId ?? ''}.`);
  if (stored.alert.status === 'resolved') return nothing('It says that something is over: nothing to open.');
  const again = (await state.alerts.replay([id])).get(id) ?? null;
  return again === null
    ? nothing('It was taken up again already; see the newest of firebreak alerts list.')
    : { id, said: `Being decided on as ${again}.`, again };
}
