import type { Logger } from 'pino';
import { openState } from '../../adapters/state/open-state.ts';
import { startEngine } from '../../app.ts';
import type { Config } from '../../config/config.ts';
import type { ActionClass } from '../../domain/actor.ts';
import { isFirebreakError } from '../../domain/errors.ts';
import type { IncidentDesk } from '../../engine/desk.ts';
import { type AttachedDesk, attachDesk } from '../../wiring/attach-desk.ts';
import { reachStateUrl, statePassword } from '../../wiring/state-url.ts';

/** A place at which a person decides, and who carries it out. */
export interface Seat extends AsyncDisposable {
  readonly desk: IncidentDesk;
  readonly actionClassOf: (stepKind: string) => ActionClass;
  /** Who carries out what is decided here, in one sentence. */
  readonly where: string;
  /** What becomes of the incident when the person leaves, in one sentence. */
  readonly afterwards: string;
  /** Aborts when nobody carries it out any more: take another seat then. */
  readonly lost: AbortSignal;
}

/** Milliseconds between two looks whether the other Firebreak still lives, and how many in a row must say no. */
const LOOK_MS = 1_000;
const LOOKS = 3;

/**
 * Beside a Firebreak that runs, which then carries out what is decided; without one this process does it itself, on the
 * same state, with the same locks. Throws FirebreakError.
 */
export async function takeSeat(config: Config, logger: Logger): Promise<Seat> {
  if (config.state.url !== null) return (await beside(config, logger)) ?? (await here(config, logger));
  try {
    return await here(config, logger);
  } catch (error) {
    if (!isFirebreakError(error) || error.code !== 'state-busy') throw error;
    const seat = await beside(config, logger);
    if (seat === null) throw error;
    return seat;
  }
}

async function here(config: Config, logger: Logger): Promise<Seat> {
  const engine = await startEngine(config, logger);
  const lost = new AbortController();
  void engine.outdated.then((error) => lost.abort(error));
  const { trouble } = engine.slackHealth();
  return {
    desk: engine.desk,
    actionClassOf: engine.actionClassOf,
    where: `This terminal carries out what is decided; while it runs, so does the incident. ${
      trouble === null ? 'Slack shows it too.' : `${trouble} It is brought up to date when it is back.`
    }`,
    afterwards: 'Until then nobody carries it out, unless another Firebreak runs on this state.',
    lost: lost.signal,
    [Symbol.asyncDispose]: async () => engine.stop(),
  };
}

async function beside(config: Config, logger: Logger): Promise<Seat | null> {
  await using started = new AsyncDisposableStack();
  const url = await reachStateUrl(config.state, started, logger);
  const password = statePassword(config.state);
  const state = await openState({ url, password, logger, instance: `terminal-${process.pid}` });
  started.defer(async () => state.stop());
  const attached = started.use(await attachDesk(config, state, logger));
  const others = await attached.others();
  if (others.length === 0) return null;
  const lost = new AbortController();
  const watching = watch(attached, lost);
  started.defer(() => clearInterval(watching));
  const owned = started.move();
  return {
    desk: attached.desk,
    actionClassOf: attached.actionClassOf,
    where: `Firebreak runs (${others.join(', ')}) and carries out what is decided here.`,
    afterwards: 'It goes on in Slack meanwhile.',
    lost: lost.signal,
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** Notices when every other process is gone, or the state with it. */
function watch(attached: AttachedDesk, lost: AbortController): NodeJS.Timeout {
  let missed = 0;
  let looking = false;
  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    const others = await attached.others().catch(() => []);
    looking = false;
    missed = others.length > 0 ? 0 : missed + 1;
    if (missed >= LOOKS) lost.abort(new Error('The Firebreak that carried this out is gone.'));
  }
  return setInterval(() => void look(), LOOK_MS);
}
