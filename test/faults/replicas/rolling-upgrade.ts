import { sendTo } from '../../slack/sandbox-control.ts';
import type { Findings } from '../fault.ts';
import { ONCE } from '../world/judge.ts';
import { QUICK_STEPS } from '../world/quick-steps.ts';
import type { Scene } from '../world/scene.ts';
import type { World } from '../world.ts';
import { inKill, inSuspension, inWatch } from './moments.ts';
import { makeNextVersion, type NextVersion } from './next-version.ts';
import { openStateView, type StateView } from './state-view.ts';
import { type Replica, startReplica } from './troupe.ts';

const LIST = { kind: 'postgres.list-queries', title: 'List', confirm: 'one', byHand: 'Look.' };
/** A question before the watch, for as long as a replica takes to start. */
const BEFORE = { id: 'before', ...LIST };
/** A last question, so that the incident is still open when no old version is left. */
const LAST = { id: 'last', ...LIST };
const [SUSPEND, KILL, WATCH] = QUICK_STEPS;
const STEPS = [SUSPEND, KILL, BEFORE, WATCH, LAST].filter((step) => step !== undefined);
/** A replica that was killed counts for half a minute. */
const FORGOTTEN_MS = 60_000;
const ALLOWED = { ...ONCE, ignoredCancels: ONCE.ignoredCancels + 2 };

/**
 * Old and new version work on one incident: decisions are taken on either, each is killed at work and replaced by the
 * other, the old ones go, and the incident ends in the new form.
 */
export async function rollingUpgrade(world: World): Promise<Findings> {
  using next = await makeNextVersion();
  const { readEntry } = next;
  await using scene = await world.fresh({ state: 'postgres', steps: STEPS, readEntry });
  await using view = await openStateView(scene);
  const told = await upgrade(scene, view, next);
  const entries = await view.entries();
  const schemas = entries.map(({ schema }) => schema);
  const findings = await scene.inspect(
    `${told}; ${schemas.filter((schema) => schema === 1).length} events in the old form, then ${schemas.filter((schema) => schema === 2).length} in the new`,
    ALLOWED,
  );
  return { ...findings, broken: [...findings.broken, ...wrongForms(schemas)] };
}

async function upgrade(scene: Scene, view: StateView, next: NextVersion): Promise<string> {
  const { sources } = next;
  const old = await startReplica(scene);
  const fresh = await startReplica(scene, { sources });
  await inSuspension.prepare?.(scene);
  await scene.sender.send();

  await view.entry('step.planned', 'suspend');
  await sendTo(scene.slack, old.connections);
  await whileStill(fresh, async () => clickUntil(scene, async () => inSuspension.reached(scene, view)));
  const first = await die(view, old, 'SIGKILL');
  // An old one may come back while nothing is written that it cannot read.
  const oldAgain = await startReplica(scene);

  await view.entry('step.planned', 'kill');
  await sendTo(scene.slack, fresh.connections);
  await whileStill(oldAgain, async () => clickUntil(scene, async () => inKill.reached(scene, view)));
  const second = await die(view, fresh, 'SIGKILL');
  await view.entry('step.planned', BEFORE.id);
  const freshAgain = await startReplica(scene, { sources });

  await sendTo(scene.slack, oldAgain.connections);
  await whileStill(freshAgain, async () => clickUntil(scene, async () => inWatch.reached(scene, view)));
  const third = await die(view, oldAgain, 'SIGTERM');
  await view.entry('step.planned', LAST.id);
  await view.onlySchema(2, FORGOTTEN_MS);
  await sendTo(scene.slack, freshAgain.connections);
  await scene.responder.untilClosed();

  const late = scene.serve();
  const code = await late.exited;
  if (code !== 1 || !/\[state-version\].*\n.*newer/.test(late.output())) {
    throw new Error(`An old version was let in afterwards:\n${late.output()}`);
  }
  return `old → new after ${first} s, new → old after ${second} s, old stopped → new after ${third} s`;
}

/** Whichever replica hears of a decision first executes it: this one does not, as it stands still for a moment. */
async function whileStill({ process }: Replica, work: () => Promise<void>): Promise<void> {
  process.kill('SIGSTOP');
  try {
    await work();
  } finally {
    process.kill('SIGCONT');
  }
}

/** A person who clicks until something has come to pass. */
async function clickUntil(scene: Scene, reached: () => Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const clicking = scene.responder.untilClosed({ signal: over.signal });
  clicking.catch(() => undefined);
  try {
    await reached();
  } finally {
    over.abort();
    await clicking;
  }
}

/** Ends the replica, which must be at work, and tells the seconds until another one is. */
async function die(view: StateView, { process, instance }: Replica, signal: NodeJS.Signals): Promise<string> {
  const holder = await view.holder();
  if (holder !== instance) throw new Error(`${instance} was to be at work, and ${String(holder)} is.`);
  const began = Date.now();
  process.kill(signal);
  await view.heldByOther([instance]);
  const seconds = (Date.now() - began) / 1000;
  await process.exited;
  return seconds.toFixed(1);
}

function wrongForms(schemas: readonly number[]): string[] {
  const ordered = schemas.every((schema, index) => index === 0 || schema >= (schemas[index - 1] ?? 0));
  return [
    ...(ordered ? [] : ['Events in the old form come after some in the new.']),
    ...(schemas.includes(2) ? [] : ['No event was written in the new form.']),
  ];
}
