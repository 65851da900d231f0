import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { createOutgoing } from '../../adapters/http/outgoing.ts';
import { createAudits } from '../../audits/create-audits.ts';
import { loadAudits } from '../../audits/registry.ts';
import { systemClock } from '../../clock.ts';
import { loadConfig } from '../../config/load-config.ts';
import { FirebreakError } from '../../domain/errors.ts';
import type { Runbook } from '../../domain/runbook.ts';
import { planRemedies } from '../../engine/plan-remedies.ts';
import { MADE_BY, type PatchFile, patchFiles } from '../../patches/patch-files.ts';
import { loadConfiguredRunbooks } from '../../runbooks/configured-runbooks.ts';
import { loadStepKinds } from '../../steps/registry.ts';
import { knownOf, setupOf } from '../../wiring/known-hosts.ts';
import { guardOf, openPorts } from '../../wiring/open-ports.ts';
import { printable } from '../../words/printable.ts';
import { writeFiles } from '../init/write-files.ts';
import { onStopSignal } from '../stop-signal.ts';

/** What was written, as `--json` prints it. */
export interface Written {
  readonly database: string;
  readonly directory: string;
  readonly steps: readonly {
    readonly step: string;
    readonly title: string;
    /** Names of its files in the directory. */
    readonly files: readonly string[];
    /** Why it has none, or what is left to do. */
    readonly note: string | null;
    /** It could not be planned. */
    readonly failed: boolean;
  }[];
}

interface Options {
  readonly config: string;
  readonly runbook?: string;
  readonly to: string;
}

/**
 * Plans every remedy by reading, and writes the files. Throws FirebreakError, `file-exists` where a file that Firebreak did
 * not write has the name of one.
 */
export async function writePatches(database: string, options: Options): Promise<Written> {
  const config = await loadConfig(options.config);
  const chosen = config.databases.filter(({ name }) => name === database);
  if (chosen.length === 0)
    throw new FirebreakError('database-error', `Database ${database} is not configured.`, {
      hint: `Use one of: ${config.databases.map(({ name }) => name).join(', ')}.`,
    });
  await using started = new AsyncDisposableStack();
  const logger = pino({ level: 'error' }, process.stderr);
  const outgoing = createOutgoing();
  started.defer(async () => outgoing.close(0));
  const stop = new AbortController();
  const stopped = { hint: 'Run it again: nothing was changed.' };
  onStopSignal(() => stop.abort(new FirebreakError('stopped', 'It was stopped.', stopped)));
  const kinds = await loadStepKinds();
  const runbook = preventing(await loadConfiguredRunbooks(config, kinds), options.runbook);
  const systems = await openPorts({ ...config, databases: chosen }, started, {
    logger,
    fetch: outgoing.fetch,
  });
  const audits = createAudits(
    { ...systems, suspensions: null },
    {
      audits: await loadAudits(),
      policy: config.audits,
      known: (name) => knownOf(config, name),
      clock: systemClock,
    },
  );
  const planning = {
    kinds,
    ports: { ...systems, audits },
    clock: systemClock,
    guard: guardOf(config),
    setupOf: (name: string) => setupOf(config, name),
  };
  const planned = await planRemedies(planning, runbook, database, stop.signal);
  const patched = patchFiles(database, planned);
  const files = patched.flatMap((one) => one.files);
  await refuseForeign(options.to, files);
  await writeFiles(options.to, files);
  return {
    database,
    directory: options.to,
    steps: patched.map(({ step, title, files: own, note }, index) => ({
      step,
      title,
      files: own.map(({ name }) => name),
      note,
      failed: own.length === 0 && planned[index]?.problem !== null,
    })),
  };
}

function preventing(runbooks: ReadonlyMap<string, Runbook>, wanted: string | undefined): Runbook {
  const all = [...runbooks.values()].filter(({ purpose }) => purpose === 'prevention');
  const found = wanted === undefined ? all[0] : all.find(({ id }) => id === wanted);
  if (found !== undefined) return found;
  throw new FirebreakError('bad-runbook', 'There is no such runbook with purpose: prevention.', {
    hint:
      all.length === 0
        ? 'The shipped one is runbooks/prevention.yml: copy it to your runbooks.'
        : `There is: ${all.map(({ id }) => id).join(', ')}.`,
  });
}

/** Its own files are written anew; nothing else is written over. */
async function refuseForeign(directory: string, files: readonly PatchFile[]): Promise<void> {
  for (const { name } of files) {
    const path = join(directory, name);
    if (!existsSync(path)) continue;
    const [first = ''] = (await readFile(path, 'utf8')).split('\n');
    if (first.includes(MADE_BY)) continue;
    throw new FirebreakError('file-exists', `${path} is there already, and Firebreak did not write it.`, {
      hint: 'Name another directory with --to.',
    });
  }
}

/** The files, and what has none, as lines for a terminal. */
export function printPatched({ directory, steps }: Written): string {
  const lines = steps.flatMap(({ title, files, note }) => [
    printable(title),
    ...files.map((name) => `  ${join(directory, name)}`),
    ...(note === null ? [] : [`  ${printable(note)}`]),
  ]);
  return `${[...lines, '', 'Nothing was changed.'].join('\n')}\n`;
}
