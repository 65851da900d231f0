import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FirebreakError } from '../domain/errors.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { StepKinds } from '../steps/registry.ts';
import type { Problem } from '../yaml/problems.ts';
import { badRunbook } from './bad-runbook.ts';
import { readRunbook } from './load-runbook.ts';

/**
 * Reads every .yml and .yaml file of a directory, by runbook id. Throws FirebreakError `bad-runbook` with the
 * problems of all files: also an id or an alert that two runbooks claim.
 */
export async function loadRunbooks(directory: string, stepKinds: StepKinds): Promise<Map<string, Runbook>> {
  const files = await listFiles(directory);
  const runbooks = new Map<string, Runbook>();
  const alerts = new Map<string, string>();
  const problems: Problem[] = [];
  for (const file of files) {
    const path = join(directory, file);
    const read = readRunbook(await readFile(path, 'utf8'), path, stepKinds);
    problems.push(...read.problems);
    if (read.runbook === null) continue;
    const { id, alerts: claimed } = read.runbook;
    const whole = { file: path, line: 1, column: 1 };
    if (runbooks.has(id))
      problems.push({ ...whole, text: `found the runbook id "${id}" a second time: ids are unique` });
    for (const alert of claimed) {
      const owner = alerts.get(alert);
      if (owner !== undefined)
        problems.push({
          ...whole,
          text: `found the alert "${alert}", which starts the runbook "${owner}" already`,
        });
      alerts.set(alert, id);
    }
    const rival = [...runbooks.values()].find((other) => other.default);
    if (read.runbook.default && rival !== undefined)
      problems.push({ ...whole, text: `found default: true, which the runbook "${rival.id}" has already` });
    runbooks.set(id, read.runbook);
  }
  if (problems.length > 0) throw badRunbook(problems);
  return runbooks;
}

async function listFiles(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((file) => /\.ya?ml$/.test(file)).sort();
  } catch (cause) {
    throw new FirebreakError('bad-runbook', `The directory of runbooks ${directory} cannot be read.`, {
      hint: 'Check the path and its permissions.',
      cause,
    });
  }
}
