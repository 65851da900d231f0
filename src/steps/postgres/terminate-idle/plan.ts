import { attribute, attributionStrength, culpritKey } from '../../../diagnosis/attribution.ts';
import { type Cause, type Culprit, culpritName, isLikely } from '../../../domain/cause.ts';
import { formatCount, formatDuration, formatShare, shorten } from '../../../domain/format.ts';
import { protectionReason } from '../../../domain/protection.ts';
import { backendId, type IdleSession } from '../../../domain/snapshot.ts';
import { draftOf, type Excluded } from '../../parts.ts';
import { signalCommand } from '../../shared/ending/signal-command.ts';
import { type Findings, gatherFacts } from '../../shared/facts/gather-facts.ts';
import { serverNotes } from '../../shared/facts/server-notes.ts';
import type { Draft } from '../../step-kind.ts';
import { type Ctx, type Identity, type Params, SERVER } from './contract.ts';

const LEAK = 'connection-leak';

type Targets = Draft<Identity>['targets'];

/** Offers the idle sessions of the service that leaks; without a leak of one service there is nothing to do. */
export async function planTermination(ctx: Ctx, params: Params): Promise<Draft<Identity>> {
  const findings = await gatherFacts(ctx, { server: SERVER, replicas: false });
  const leak = findings.causes.find((one) => one.kind === LEAK && isLikely(one));
  const culprit = leak?.culprit ?? null;
  if (culprit === null) return draft(findings, { nothingToDo: notALeak(findings.causes[0]) });
  const { targets, excluded, more } = select(ctx, params, findings, culprit);
  const name = culpritName(culprit);
  const [example] = targets;
  return draft(findings, {
    summary: `Terminate the chosen idle ${targets.length === 1 ? 'session' : 'sessions'} of ${name} on ${ctx.incident.database}, longest idle first.`,
    warnings: [
      `This only buys time: ${name} goes on leaking until it is rolled back, restarted or repaired.`,
      ...(['strong', 'medium'].includes(attributionStrength(culprit))
        ? []
        : [`${name} is known by what its sessions call themselves only; others may use the same name.`]),
      ...(more > 0
        ? [
            `${formatCount(more, 'more session matches', 'more sessions match')}. Go back to this step after this one.`,
          ]
        : []),
    ],
    targets,
    excluded,
    commands: example === undefined ? [] : [signalCommand(ctx, example.identity, targets.length)],
    nothingToDo:
      targets.length > 0
        ? null
        : `No session of ${name} has been idle for ${formatDuration(params.idleSeconds)} and may be ended.`,
  });
}

function draft({ facts }: Findings, parts: Partial<Draft<Identity>>): Draft<Identity> {
  return draftOf({
    summary: 'Terminate no session.',
    impact:
      'Their clients get 57P01 the next time they use them; a pool drops such a connection and opens another.',
    undo: 'An ended connection cannot be restored; its client opens another one.',
    wontSolve: [
      'What opens connections and does not close them goes on doing so until its workload is repaired.',
    ],
    ...parts,
    warnings: [
      ...serverNotes(facts),
      ...(parts.warnings ?? []),
      ...facts.gaps.map((gap) => `Not read: ${gap}`),
    ],
  });
}

/** Ending idle sessions of healthy pools makes it worse, so it is said why nothing is offered. */
function notALeak(top: Cause | undefined): string {
  const why =
    top?.kind === 'connection-storm'
      ? ' Its pools would connect again at once.'
      : top?.kind === 'idle-pools'
        ? ' Healthy pools would connect again at once.'
        : '';
  return `No single service leaks connections. Diagnosis: ${top === undefined ? 'none' : `${top.title} (${formatShare(top.confidence)} sure)`}.${why}`;
}

function select(ctx: Ctx, params: Params, { facts }: Findings, culprit: Culprit) {
  const key = culpritKey(culprit);
  const owned = facts.snapshot.idleSessions.map((session) => ({
    session,
    owner: attribute({ ...session, tags: {}, behind: null }, facts.cluster),
  }));
  const own = owned.filter(({ owner }) => culpritKey(owner) === key).map(({ session }) => session);
  const old = own.filter(({ idleSeconds }) => idleSeconds >= params.idleSeconds);
  const excluded: Excluded = [];
  const allowed: IdleSession[] = [];
  for (const session of old.toSorted((a, b) => b.idleSeconds - a.idleSeconds)) {
    const reason = whyNot(ctx, session);
    if (reason === null) allowed.push(session);
    else excluded.push({ id: backendId(session), label: labelOf(session), reason });
  }
  const young = own.length - old.length;
  if (young > 0) {
    excluded.push({
      label: `${formatCount(young, 'session')} of ${culpritName(culprit)}`,
      reason: `Idle for less than ${formatDuration(params.idleSeconds)}: the part of its pool that is at work.`,
    });
  }
  const others = owned.length - own.length;
  if (others > 0) {
    excluded.push({
      label: `${formatCount(others, 'idle session')} of others`,
      reason: 'They belong to other owners, whose pools are healthy.',
    });
  }
  const chosen = allowed.slice(0, params.limit);
  const targets: Targets = chosen.map((session) => targetOf(session, culprit, key));
  return { targets, excluded, more: allowed.length - chosen.length };
}

function whyNot({ guard }: Ctx, session: IdleSession): string | null {
  if (session.queryStart === null) {
    return 'It has run no query yet, so it could not be told from the same session at work a moment later.';
  }
  return protectionReason({ ...session, waitEvent: null }, guard, session.idleSeconds);
}

function labelOf({ pid, applicationName, user, idleSeconds }: IdleSession): string {
  const who = applicationName === '' ? (user ?? 'no role') : applicationName;
  return `pid ${pid} · ${shorten(who, 32)} · idle ${formatDuration(idleSeconds)}`;
}

function targetOf(session: IdleSession, culprit: Culprit, owner: string): Targets[number] {
  const { serverStart, pid, backendStart, queryStart, user, applicationName, clientAddress } = session;
  return {
    id: backendId(session),
    label: labelOf(session),
    why: `Idle for ${formatDuration(session.idleSeconds)}; ${culpritName(culprit)} holds it and does not use it.`,
    owner: culpritName(culprit),
    facts: [
      { name: 'Age', value: formatDuration(session.idleSeconds) },
      { name: 'State', value: 'idle' },
      { name: 'Role', value: user ?? 'none' },
      { name: 'Client', value: clientAddress ?? 'local socket' },
      { name: 'Connected', value: `${formatDuration(session.backendSeconds)} ago` },
    ],
    sql: null,
    selected: true,
    identity: {
      session: { serverStart, pid, backendStart, xactStart: null, queryStart },
      first: 'terminate',
      fingerprint: { queryId: null, user, application: applicationName, sql: '' },
      owner,
    },
  };
}
