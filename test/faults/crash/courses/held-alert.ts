import { type } from '../../../slack/sandbox-control.ts';
import { DATABASE } from '../../../support/rig/install.ts';
import { overloadAlert } from '../../../support/rig/send-alert.ts';
import { ANNA } from '../../../support/rig/slack-of.ts';
import type { Findings } from '../../fault.ts';
import type { Facts } from '../../world/facts.ts';
import { SUSPEND } from '../../world/quick-steps.ts';
import type { Scene } from '../../world/scene.ts';
import type { Course } from '../course.ts';
import { comesTrue } from './comes-true.ts';

/** A minute of trial, which is over after 15 s. */
const FLAPPING = { times: 2, withinMinutes: 30, holdMinutes: 1 };
const ALERTS = {
  sources: [{ name: 'checks', format: 'generic', bearer: { env: 'CHECKS_TOKEN' } }],
  flapping: FLAPPING,
};
const ALLOWED = { specChanges: 1, ignoredCancels: 0 };
const PATIENCE_MS = 120_000;

/**
 * An alert fires, ends and fires again while a silence holds. When the silence is over it counts as flapping; when it has
 * lasted for long enough it opens an incident. Nobody sends it again.
 */
export function heldAlert(sources: string): Course {
  return {
    scene: { steps: [SUSPEND], config: { alerts: ALERTS } },
    sources,
    standby: true,
    prepare: async () => undefined,
    async play(scene) {
      await silence(scene);
      for (const alert of firesTwice()) await scene.sender.send(alert);
      if (await comesTrue(async () => (await scene.facts()).incidents.length > 0, PATIENCE_MS)) {
        await scene.responder.untilClosed();
      }
    },
    inspect,
    effects: async () => ({}),
  };
}

/** A minute, which is over after 6 s; whoever types the command types it again while nothing comes of it. */
async function silence(scene: Scene): Promise<void> {
  const isSilent = async () => {
    await type(scene.slack, ANNA, `silence ${DATABASE} 1m reindexing`).catch(() => undefined);
    const isRecorded = async () =>
      (await scene.facts()).entries.some(({ event }) => event.type === 'silence.added');
    return await comesTrue(isRecorded, 2_000);
  };
  if (!(await comesTrue(isSilent, PATIENCE_MS)))
    throw new Error(`Nobody took the command.\n${scene.explain()}`);
}

function firesTwice() {
  const first = overloadAlert('overload-1');
  const end = { ...first, status: 'resolved', endsAt: new Date().toISOString() };
  const second = { ...first, startsAt: new Date(Date.parse(first.startsAt) + 1).toISOString() };
  return [first, end, second];
}

async function inspect(scene: Scene, outcome: string): Promise<Findings> {
  const findings = await scene.inspect(outcome, ALLOWED);
  return { ...findings, broken: [...findings.broken, ...heldWrongly(await scene.facts())] };
}

function heldWrongly({ entries, incidents }: Facts): string[] {
  const until = entries.flatMap(({ event }) => {
    if (event.type === 'silence.added') return [event.silence.endsAt ?? ''];
    return event.type === 'alert.ignored' && event.held === 'flapping' ? [event.until ?? ''] : [];
  });
  const early = entries.filter(
    ({ event, at }) => event.type === 'incident.opened' && until.some((end) => at < end),
  );
  return [
    ...early.map(
      ({ at }) => `The incident was opened at ${at}, and the alert was held back until ${until.join(', ')}.`,
    ),
    ...(incidents.length > 1 ? [`One alert opened ${incidents.length} incidents.`] : []),
  ];
}
