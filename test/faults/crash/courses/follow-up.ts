import type { DomainEvent, EventOf } from '../../../../src/domain/event.ts';
import type { Findings } from '../../fault.ts';
import type { Facts } from '../../world/facts.ts';
import { SUSPEND } from '../../world/quick-steps.ts';
import type { Scene } from '../../world/scene.ts';
import type { Course } from '../course.ts';
import { clickUntil } from './click-until.ts';
import { comesTrue } from './comes-true.ts';

/** Time for the incident, and for a restart after it. */
const AHEAD_MS = 90_000;
/** What is left of it for certain when the incident is opened. */
const LEFT_MS = AHEAD_MS - 20_000;
const ALLOWED = { specChanges: 1, ignoredCancels: 0 };
const PATIENCE_MS = 60_000;
/** A digest that was missed is made up for at the start. */
const LATEST_MS = AHEAD_MS + 40_000;

/**
 * An incident ends with a CronJob that is suspended. Its post-mortem hands that on as a follow-up, and the digest of the
 * follow-ups, which is due once a day, reminds of it.
 */
export function followUp(sources: string): Course {
  return {
    /** Anew for each scene: the digest is due once, some time after the scene begins. */
    get scene() {
      return { steps: [SUSPEND], config: { followUps: { digest: onceAt(Date.now() + AHEAD_MS) } } };
    },
    sources,
    standby: true,
    prepare: async () => undefined,
    async play(scene) {
      await scene.sender.send();
      await scene.responder.untilClosed();
      const facts = async () => scene.facts();
      await clickUntil(
        scene,
        'postmortem.write',
        async () => eventsOf(await facts(), 'follow-up.added').length > 0,
        PATIENCE_MS,
      );
      await comesTrue(async () => isTold(await facts()), LATEST_MS);
    },
    inspect,
    effects: async () => ({}),
  };
}

/** A second that comes once a day. */
function onceAt(ms: number): { cron: string; timeZone: string } {
  const at = new Date(ms);
  return { cron: `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} * * *`, timeZone: 'UTC' };
}

function eventsOf<T extends DomainEvent['type']>(
  { entries }: Facts,
  type: T,
): { at: string; event: EventOf<T> }[] {
  return entries.flatMap(({ at, event }) =>
    event.type === type ? [{ at, event: event as EventOf<T> }] : [],
  );
}

function isTold({ messages }: Facts): boolean {
  return messages.some(({ key }) => key?.startsWith('digest:') === true);
}

async function inspect(scene: Scene, outcome: string): Promise<Findings> {
  const findings = await scene.inspect(outcome, ALLOWED);
  const facts = await scene.facts();
  const added = eventsOf(facts, 'follow-up.added');
  const digested = eventsOf(facts, 'follow-ups.digested');
  if (isTooLate(facts)) return { ...findings, untried: true };
  const texts = new Set(added.map(({ event }) => event.text));
  const twice = added.length - texts.size + digested.slice(1).length;
  const isResumed = [...texts].some((text) => text.includes('is still suspended: resume it'));
  return {
    ...findings,
    doubleEffects: findings.doubleEffects + twice,
    broken: [
      ...findings.broken,
      ...(twice === 0
        ? []
        : [`${added.length} follow-ups of ${texts.size}, ${digested.length} digests of 1.`]),
      ...(isResumed ? [] : ['Nobody is to resume the CronJob: there is no follow-up.']),
      ...(digested.length > 0 ? [] : ['The digest of the follow-ups was lost.']),
      ...(isTold(facts) ? [] : ['The channel was never told what is left to do.']),
    ],
  };
}

/** A slow machine takes longer for the incident than until the digest is due: the next one is due a day later. */
function isTooLate(facts: Facts): boolean {
  const [opened] = eventsOf(facts, 'incident.opened');
  const [added] = eventsOf(facts, 'follow-up.added');
  const [digested] = eventsOf(facts, 'follow-ups.digested');
  if (opened === undefined || added === undefined) return false;
  return digested === undefined
    ? Date.parse(added.at) > Date.parse(opened.at) + LEFT_MS
    : digested.event.slot < added.at;
}
