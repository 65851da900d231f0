import type { Span } from './batch-run.ts';

/** What the drill measured; `--json` prints it as the last line. */
export interface PreventionReport {
  readonly unguarded: { readonly ordersFailed: number };
  readonly guarded: { readonly ordersFailed: number };
  readonly auditsRed: { readonly before: number; readonly after: number };
}

export interface PreventionMeasured {
  /** Undisturbed, for as long as each of the two runs. */
  readonly baselineOrders: number;
  readonly unguarded: Span;
  readonly guarded: Span;
  readonly auditsRed: PreventionReport['auditsRed'];
  readonly problems: readonly string[];
}

/** Share of the orders of an undisturbed span that may fail beside a guarded run. */
const MAY_FAIL = 0.01;

export function preventionReport({ unguarded, guarded, auditsRed }: PreventionMeasured): PreventionReport {
  return {
    unguarded: { ordersFailed: unguarded.ordersFailed },
    guarded: { ordersFailed: guarded.ordersFailed },
    auditsRed,
  };
}

/** Why it does not show what it should, in words; empty when it does. */
export function preventionProblems(measured: PreventionMeasured): string[] {
  const { baselineOrders, unguarded, guarded, auditsRed } = measured;
  const most = Math.floor(baselineOrders * MAY_FAIL);
  const checks: [boolean, string][] = [
    [
      unguarded.ordersFailed > most,
      'Unguarded no outage came about: this machine is too fast. Raise --scale.',
    ],
    [
      guarded.ordersFailed <= most,
      `${guarded.ordersFailed} orders failed beside the guarded run; ${most} of ${baselineOrders} may.`,
    ],
    [
      auditsRed.after < auditsRed.before,
      `${auditsRed.after} audits are red, before there were ${auditsRed.before}.`,
    ],
  ];
  return [...measured.problems, ...checks.filter(([holds]) => !holds).map(([, problem]) => problem)];
}

/** The same for people. */
export function printPrevention(measured: PreventionMeasured, problems: readonly string[]): string {
  const { baselineOrders, unguarded, guarded, auditsRed } = measured;
  const span = (name: string, { ordersPlaced, ordersFailed, longestReport }: Span) =>
    `${name}: ${ordersPlaced} orders placed, ${ordersFailed} failed; the report ran for ${longestReport.toFixed(1)} s at the longest`;
  return [
    `Undisturbed: ${baselineOrders} orders in the same time`,
    span('Unguarded', unguarded),
    span('Guarded', guarded),
    `Red audits: ${auditsRed.before} before, ${auditsRed.after} after`,
    ...problems.map((problem) => `✗ ${problem}`),
    ...(problems.length === 0 ? ['✓ The batch no longer hurts the shop.'] : []),
  ].join('\n');
}
