import { type Cause, culpritName } from '../../domain/cause.ts';
import { formatCount } from '../../domain/format.ts';
import { usableSlots } from '../../domain/snapshot.ts';
import type { CauseRule } from '../cause-rule.ts';
import { describeRollout, fittingReplicas, formerRevision } from '../deployment-words.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { describeCpu, describeSlots, type Pressure } from '../pressure.ts';
import { explainIdleSlots, openedSinceRollout, type SlotHolder } from '../slot-holders.ts';

/** Fewer free slots than this are taken at once: new connections are refused. */
const FULL = 3;

/**
 * The pools of one service's pods want more connections than there are slots. Measured after a deploy: 75 of 77
 * connections younger than a minute, 12 addresses with about 7 each, 45 refused.
 */
export const rule: CauseRule = {
  kind: 'connection-storm',
  detect(facts, pressure) {
    const found = explainIdleSlots(facts, pressure);
    return found?.kind === 'storm' ? stormOf(found.holder, facts, pressure) : null;
  },
};

function stormOf(holder: SlotHolder, facts: DiagnosisFacts, pressure: Pressure): Cause {
  const { culprit, connections, young, addresses, deployment } = holder;
  const { snapshot, cluster } = facts;
  const name = culpritName(culprit);
  const rollout = describeRollout(holder);
  const recent = openedSinceRollout(holder);
  const free = usableSlots(snapshot.slots) - snapshot.slots.used;
  return {
    kind: 'connection-storm',
    title: `The pools of ${name} take all slots since its pods were started`,
    confidence: pressure.cpuSaturated ? 0.5 : recent ? 0.92 : 0.75,
    evidence: [
      `Connections: ${describeSlots(facts)}.${free < FULL ? ' New ones are refused (53300).' : ''}`,
      `${name} holds ${formatCount(connections, 'connection')} from ${addresses} addresses, ${perAddress(holder)}; ${young} of them were opened in the last two minutes.`,
      ...(deployment === null ? [] : [wantedText(holder, deployment.replicas, usableSlots(snapshot.slots))]),
      ...(rollout === null ? [] : [rollout]),
      `CPU: ${describeCpu(facts)}.`,
      ...culprit.evidence.map(({ text }) => text),
    ],
    rootSessions: [],
    culprit,
    settles: recent
      ? []
      : [
          `Whether ${name} was deployed, scaled up or restarted in the last minutes.`,
          ...cluster.deploymentGaps.map((gap) => `Not read: ${gap}`),
        ],
    helps: helpsFor(holder, facts, recent),
    wontHelp: [
      'Killing queries: hardly any run.',
      'Terminating its idle sessions: its pools connect again at once, and the refused ones are waiting.',
      'Raising max_connections: it needs a restart, and the next deploy fills it too.',
    ],
  };
}

function perAddress({ connections, addresses, mostFromOne }: SlotHolder): string {
  return `about ${Math.round(connections / Math.max(1, addresses))} each and at most ${mostFromOne}`;
}

function wantedText(
  { connections, addresses, deployment }: SlotHolder,
  replicas: number,
  usable: number,
): string {
  const each = Math.ceil(connections / Math.max(1, addresses));
  const ready = deployment === null ? '' : ` (${deployment.ready} ready)`;
  return `${replicas} pods${ready} × ${each} connections want ${replicas * each} of ${usable} slots, which everybody shares.`;
}

function helpsFor(holder: SlotHolder, facts: DiagnosisFacts, recent: boolean): string[] {
  const name = culpritName(holder.culprit);
  const former = holder.deployment === null ? null : formerRevision(holder.deployment);
  const fits = fittingReplicas(holder, facts);
  return [
    ...(recent
      ? [former === null ? `Roll ${name} back.` : `Roll ${name} back to revision ${former.number}.`]
      : []),
    fits === null || fits === 0
      ? `Scale ${name} down.`
      : `Scale ${name} down to ${formatCount(fits, 'pod')}: as many fit beside the others.`,
    'Give its role a CONNECTION LIMIT, so that the other services get their slots.',
    'Then make its pool smaller, or put PgBouncer in between, before it is deployed again.',
  ];
}
