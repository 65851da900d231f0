import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Runbook } from '../../../src/domain/runbook.ts';
import { readRunbook } from '../../../src/runbooks/load-runbook.ts';
import { SHIPPED_RUNBOOKS } from '../../../src/runbooks/shipped.ts';
import { loadStepKinds } from '../../../src/steps/registry.ts';
import { changedBytes, changedLines } from '../mutate.ts';
import { defineParser, demand } from '../parser.ts';

/** Runbooks: it never throws, and what it takes has steps of known kinds only, each decided unless its kind only looks. */
export const runbooks = defineParser<string>({
  name: 'runbook',
  share: 8,
  async open() {
    const kinds = await loadStepKinds();
    const texts = readdirSync(SHIPPED_RUNBOOKS)
      .filter((file) => file.endsWith('.yml'))
      .map((file) => readFileSync(join(SHIPPED_RUNBOOKS, file), 'utf8'));
    demand(texts.length > 0, 'There are no runbooks.');
    const inputs = fc.oneof(
      { weight: 4, arbitrary: fc.oneof(...texts.map(changedLines)) },
      {
        weight: 1,
        arbitrary: fc.oneof(
          ...texts.map((text) => changedBytes(Buffer.from(text)).map((raw) => raw.toString('utf8'))),
        ),
      },
    );
    return {
      inputs,
      check(text) {
        const { runbook, problems } = readRunbook(text, 'tried.yml', kinds);
        if (runbook === null) {
          demand(problems.length > 0, 'It was refused without a reason.');
          demand(
            problems.every(({ line, column }) => line >= 1 && column >= 1),
            'A problem stands nowhere.',
          );
          return false;
        }
        Runbook.parse(runbook);
        const ids = runbook.steps.map(({ id }) => id);
        demand(new Set(ids).size === ids.length, 'Two steps have one id.');
        for (const { kind, confirm } of runbook.steps) {
          const known = kinds.get(kind);
          demand(known !== undefined, `There is no step kind ${kind}.`);
          demand(confirm !== 'none' || known.actionClass === 'observe', `Nobody decides on ${kind}.`);
        }
        return true;
      },
    };
  },
});
