import { formatCount, formatDuration } from '../../domain/format.ts';
import type { WatchdogLoad, WatchdogTarget, WatchdogTerms } from '../../domain/watchdog.ts';
import type { PolicyView } from '../../ports/watchdog.ts';
import { clip } from './clip.ts';
import { type Inline, text, time, who } from './rich-text.ts';

/** What a policy permits, in one sentence. */
export function termsText({
  roles,
  applications,
  olderThanSeconds,
  load,
  window,
  most,
}: WatchdogTerms): string {
  const whose = [
    ...(roles.length === 0 ? [] : [`role ${roles.join(' or ')}`]),
    ...(applications.length === 0 ? [] : [`application ${applications.join(' or ')}`]),
  ];
  const limits = [
    ...(load.onCpuPerCore === null
      ? []
      : [`more sessions want a CPU than ${load.onCpuPerCore} for each core`]),
    ...(load.poolWaiting === null
      ? []
      : [`more than ${formatCount(load.poolWaiting, 'client')} wait in PgBouncer`]),
  ];
  const hours = window === null ? '' : `, ${window.window} ${window.timeZone} only`;
  const sentence = `Queries of ${whose.join(' and ')} older than ${formatDuration(olderThanSeconds)}, while ${limits.join(' or ')}, at most ${most} in ten minutes${hours}.`;
  return clip(sentence, 600);
}

/** How loaded the database was when it was decided. */
export function loadText({ onCpuPerCore, poolWaiting }: WatchdogLoad): string {
  const known = [
    ...(onCpuPerCore === null ? [] : [`${onCpuPerCore.toFixed(1)} sessions for each core wanted a CPU`]),
    ...(poolWaiting === null ? [] : [`${formatCount(poolWaiting, 'client')} waited in PgBouncer`]),
  ];
  return known.length === 0 ? 'The load is not known.' : `${known.join(', ')}, in three looks in a row.`;
}

/** Who a session is, in one line. */
export function targetText({ session, application, user, seconds, owner }: WatchdogTarget): string {
  const name = application === '' ? 'no application name' : application;
  const behind = owner === null ? '' : ` · ${owner.name}`;
  return `pid ${session.pid} · ${clip(name, 60)} · role ${clip(user ?? 'none', 60)} · ran ${formatDuration(seconds)}${clip(behind, 150)}`;
}

/** Whether the policy acts now, and what it waits for. */
export function stateParts({ policy, record, armedFrom, incident }: PolicyView, now: Date): Inline[] {
  const { stopped } = record;
  if (stopped !== null) {
    const why = stopped.incident === null ? '' : ` ${clip(stopped.reason, 200)} (${stopped.incident}).`;
    return [text('⏸️ Stopped by '), who(stopped.by), text(' at '), time(stopped.at), text(`.${why}`)];
  }
  const hands = incident === null ? '' : ` Hands off now: ${incident} is open.`;
  if (policy.mode === 'report') return [text(`🧪 Only reports what it would end (mode: report).${hands}`)];
  if (armedFrom === null) {
    return [
      text(
        `🧪 Only reports: terms have to report for a day before they end anything. Set mode: report first.${hands}`,
      ),
    ];
  }
  if (Date.parse(armedFrom) > now.getTime()) {
    return [text('🧪 Only reports; it ends sessions from '), time(armedFrom), text(` on.${hands}`)];
  }
  return [text(`🟢 Ends sessions.${hands}`)];
}
