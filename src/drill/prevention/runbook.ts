import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSeq, parseDocument, type YAMLMap } from 'yaml';
import { SHIPPED_RUNBOOKS } from '../../runbooks/shipped.ts';

/**
 * The steps of the shipped runbook that the drill plays: those that stand between one batch run and the shop, on a cluster
 * and a server that have nothing else.
 */
const STEPS = ['look', 'limits', 'off-peak', 'bounds-of-batches', 'look-again'];

/**
 * A good report of the drill's small table takes a second, so a batch role gets two here instead of the fifteen minutes
 * that fit a table of 47 million rows.
 */
const BATCH_SECONDS = 2;

/** The shipped runbooks, with that of prevention as a team of this shop would write it, in a new directory; its path. */
export async function writeRunbooks(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  for (const file of (await readdir(SHIPPED_RUNBOOKS)).filter((name) => name.endsWith('.yml')))
    await copyFile(join(SHIPPED_RUNBOOKS, file), join(directory, file));
  const file = join(directory, 'prevention.yml');
  const document = parseDocument(await readFile(file, 'utf8'));
  const steps = document.get('steps');
  if (!isSeq<YAMLMap>(steps)) throw new Error('The shipped runbook of prevention has no steps.');
  steps.items = steps.items.filter((step) => STEPS.includes(String(step.get('id'))));
  const limits = steps.items.find((step) => step.get('id') === 'limits');
  limits?.set('params', document.createNode({ batchSeconds: BATCH_SECONDS }));
  await writeFile(file, document.toString());
  return directory;
}
