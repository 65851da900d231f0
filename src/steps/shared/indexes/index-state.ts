import { formatShare } from '../../../domain/format.ts';
import type { IndexSpec } from '../../../domain/index-build.ts';
import type { StepContext } from '../../step-kind.ts';

export type IndexCtx = Pick<StepContext<'databases'>, 'ports' | 'signal' | 'incident' | 'clock' | 'progress'>;

/** How an index of a plan stands. */
export type IndexState =
  | { readonly is: 'absent' | 'other-table' | 'other-server' }
  | { readonly is: 'building'; readonly text: string }
  /** Left by a build that did not end. */
  | { readonly is: 'invalid' }
  | { readonly is: 'valid'; readonly bytes: number }
  /** Something else has its name. */
  | { readonly is: 'other-index' };

const EVERY_MS = 2_000;

/** Reads how an index stands. */
export async function indexState(ctx: IndexCtx, spec: IndexSpec): Promise<IndexState> {
  const { databases } = ctx.ports;
  const site = await databases.indexSite(ctx.incident.database, `${spec.schema}.${spec.table}`, ctx.signal);
  if (site === null || site.oid !== spec.tableOid) return { is: 'other-table' };
  if (site.serverStart !== spec.serverStart) return { is: 'other-server' };
  const running = site.building.find(({ index }) => index === spec.name);
  if (running !== undefined) {
    const share = running.share === null ? '' : `, ${formatShare(running.share)}`;
    return { is: 'building', text: `${spec.name}: ${running.phase}${share}` };
  }
  const index = site.indexes.find(({ name, schema }) => name === spec.name && schema === spec.schema);
  if (index === undefined) return { is: 'absent' };
  const same =
    !index.partial &&
    index.columns.length === spec.columns.length &&
    spec.columns.every((column, place) => index.columns[place] === column);
  if (!same) return { is: 'other-index' };
  return index.valid ? { is: 'valid', bytes: index.bytes } : { is: 'invalid' };
}

/** Shows how far a build is until its work has ended. */
export async function watchBuild<T>(ctx: IndexCtx, spec: IndexSpec, work: Promise<T>): Promise<T> {
  let over = false;
  const ended = work.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  while (!over) {
    await Promise.race([ended, ctx.clock.sleep(EVERY_MS, ctx.signal).catch(() => undefined)]);
    if (over || ctx.signal.aborted) break;
    const state = await indexState(ctx, spec).catch(() => null);
    if (state?.is === 'building') ctx.progress({ text: state.text, series: [] });
  }
  return await work;
}

/** Waits until a build that nobody of us waits for has ended; says how the index stands then. */
export async function afterBuild(ctx: IndexCtx, spec: IndexSpec): Promise<IndexState> {
  for (;;) {
    const state = await indexState(ctx, spec);
    if (state.is !== 'building') return state;
    ctx.progress({ text: state.text, series: [] });
    await ctx.clock.sleep(EVERY_MS, ctx.signal);
  }
}
