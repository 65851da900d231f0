import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Json } from '../../src/domain/json.ts';
import { Plan, planHash, proposedSelection } from '../../src/domain/plan.ts';
import { runbookSchema } from '../../src/runbooks/schema.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';
import { outage } from '../support/fixtures.ts';
import { createWorld } from '../support/ports.ts';

const kinds = await loadStepKinds();

describe('the registry', () => {
  it('equals the disk: each <system>/<verb-object>.ts is one step kind', async () => {
    const root = new URL('../../src/steps/', import.meta.url);
    const folders = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const files = await Promise.all(
      folders.map(async ({ name }) =>
        (await readdir(new URL(`${name}/`, root)))
          .filter((file) => file.endsWith('.ts'))
          .map((file) => `${name}.${file.replace(/\.ts$/, '')}`),
      ),
    );
    expect(files.flat().length).toBeGreaterThanOrEqual(6);
    expect([...kinds.keys()].sort()).toEqual(files.flat().sort());
  });
});

describe.each([...kinds.values()].map((kind) => ({ name: kind.kind, kind })))('$name', ({ kind }) => {
  it('has a title, a description and documented parameters with defaults', () => {
    expect(kind.title).not.toBe('');
    expect(kind.description).toMatch(/\.$/);
    expect(kind.params.safeParse({}).success).toBe(true);
    for (const [name, field] of Object.entries(kind.params.shape)) {
      expect(JSON.stringify(runbookSchema(kinds)), name).toContain(`"${name}"`);
      expect((field as { description?: string }).description, `${name} is documented`).toBeTruthy();
    }
  });

  it('says how it is undone: by a known step kind, or why it cannot be', () => {
    if ('stepKind' in kind.undo) expect(kinds.has(kind.undo.stepKind)).toBe(true);
    else expect(kind.undo.impossible).toMatch(/\.$/);
  });

  it.each(['calm', 'outage'])('plans by reading only, as pure JSON, twice the same (%s)', async (scene) => {
    const world = createWorld(scene === 'calm' ? {} : { snapshot: outage() });
    const plan = await kind.plan(world.context(), {});
    expect(Plan.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    expect(Json.safeParse(plan).success).toBe(true);
    expect(planHash(await kind.plan(world.context(), {}))).toBe(planHash(plan));
    expect(new Set(plan.targets.map(({ id }) => id)).size).toBe(plan.targets.length);
    expect(plan.targets.every(({ label }) => label.length <= 75)).toBe(true);
    for (const { label, consequence } of plan.choices.flatMap(({ options }) => options)) {
      expect(label.length, label).toBeLessThanOrEqual(75);
      expect(consequence.length, consequence).toBeLessThanOrEqual(75);
    }
    expect(world.changes).toEqual([]);
  });

  it('changes nothing in re-check and reconcile, nor ever when it only observes', async () => {
    const world = createWorld({ snapshot: outage() });
    const ctx = world.context();
    const plan = await kind.plan(ctx, {});
    const selection = proposedSelection(plan);
    await kind.recheck(ctx, plan, selection);
    await kind.reconcile(ctx, plan, selection);
    if (kind.actionClass === 'observe') {
      const outcome = await kind.execute(ctx, plan, selection);
      await kind.verify(ctx, plan, selection, outcome);
    }
    expect(world.changes).toEqual([]);
  });

  it('stops when the run is aborted', async () => {
    const world = createWorld({ snapshot: outage() });
    const plan = await kind.plan(world.context(), {});
    const ctx = { ...world.context(), signal: AbortSignal.abort(new Error('aborted by a person')) };
    const selection = proposedSelection(plan);
    if (kind.actionClass !== 'observe' && selection.targets.length > 0) {
      await expect(kind.execute(ctx, plan, selection)).rejects.toThrow('aborted by a person');
      expect(world.changes).toEqual([]);
    }
  });
});
