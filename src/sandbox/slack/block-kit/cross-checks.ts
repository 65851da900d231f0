import { isJsonObject, type JsonObject, objectsOf, stringOf } from '../json.ts';
import { type BlockKitError, pointerOf } from './issues.ts';
import { LIMITS } from './limits.ts';
import type { Surface } from './surfaces.ts';
import { elementsOf, flattenBlocks, placedElements, textLength } from './walk.ts';

type Root = readonly PropertyKey[];

function error(path: readonly PropertyKey[], message: string): BlockKitError {
  return { pointer: pointerOf(path), code: 'failed_constraint', message };
}

function duplicates(values: readonly (string | undefined)[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const value of values) {
    if (value === undefined) continue;
    if (seen.has(value)) twice.add(value);
    seen.add(value);
  }
  return [...twice];
}

function duplicateBlockIds(blocks: readonly JsonObject[], root: Root): BlockKitError[] {
  const ids = flattenBlocks(blocks).map((block) => stringOf(block.block_id));
  return duplicates(ids).map((id) => error(root, `\`block_id\` must be unique: ${id}`));
}

function duplicateActionIds(blocks: readonly JsonObject[], root: Root): BlockKitError[] {
  return flattenBlocks(blocks).flatMap((block, index) =>
    duplicates(elementsOf(block).map((element) => stringOf(element.action_id))).map((id) =>
      error([...root, index, 'elements'], `\`action_id\` must be unique within a block: ${id}`),
    ),
  );
}

function ofType(blocks: readonly JsonObject[], ...types: string[]): JsonObject[] {
  return flattenBlocks(blocks).filter((block) => types.includes(stringOf(block.type) ?? ''));
}

function tableChecks(blocks: readonly JsonObject[], root: Root): BlockKitError[] {
  const tables = ofType(blocks, 'table', 'data_table');
  const errors: BlockKitError[] = [];
  if (tables.length > LIMITS.tablesPerMessage) errors.push(error(root, 'only_one_table_allowed'));
  for (const table of tables) {
    const path = [...root, blocks.indexOf(table), 'rows'];
    const widths = new Set((Array.isArray(table.rows) ? table.rows : []).map((row) => row.length));
    if (table.type === 'data_table' && widths.size > 1) {
      errors.push(error(path, 'every row must have as many cells as the header row'));
    }
    if (textLength(table.rows) > LIMITS.tableText) {
      errors.push(error(path, `must be less than ${LIMITS.tableText + 1} characters`));
    }
  }
  return errors;
}

function chartChecks(blocks: readonly JsonObject[], root: Root): BlockKitError[] {
  const charts = ofType(blocks, 'data_visualization');
  const errors = charts.flatMap((block) => categoryErrors(block, [...root, blocks.indexOf(block), 'chart']));
  if (charts.length > LIMITS.chartsPerMessage) {
    errors.push(error(root, `no more than ${LIMITS.chartsPerMessage} data_visualization blocks allowed`));
  }
  return errors;
}

/** Tells whether two lists hold the same strings, each as often, in any order. */
function sameStrings(left: readonly unknown[], right: readonly unknown[]): boolean {
  const sorted = (list: readonly unknown[]) => list.map(String).toSorted((a, b) => a.localeCompare(b));
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

/** Each series names the categories of the axis, each once. */
function categoryErrors(block: JsonObject, path: Root): BlockKitError[] {
  const chart = isJsonObject(block.chart) ? block.chart : {};
  const axis = isJsonObject(chart.axis_config) ? chart.axis_config : {};
  const categories: unknown[] = Array.isArray(axis.categories) ? axis.categories : [];
  const series = objectsOf(chart.series);
  const errors = series.flatMap((one, index) => {
    const labels = objectsOf(one.data).map((point) => point.label);
    if (sameStrings(labels, categories)) return [];
    return [error([...path, 'series', index], 'data labels must match categories')];
  });
  const names = duplicates(series.map((one) => stringOf(one.name)));
  return [
    ...errors,
    ...names.map((name) => error([...path, 'series'], `series name must be unique: ${name}`)),
  ];
}

function markdownCheck(blocks: readonly JsonObject[], root: Root): BlockKitError[] {
  const sum = ofType(blocks, 'markdown').reduce((total, block) => total + textLength(block), 0);
  if (sum <= LIMITS.markdownTotal) return [];
  return [error(root, `markdown blocks must be less than ${LIMITS.markdownTotal + 1} characters in total`)];
}

function focusCheck(blocks: readonly JsonObject[], root: Root): BlockKitError[] {
  const focused = placedElements(blocks).filter(({ element }) => element.focus_on_load === true);
  return focused.length > 1 ? [error(root, 'only one element may have focus_on_load')] : [];
}

/** Finds what is wrong between blocks that are right one by one. */
export function crossCheck(blocks: readonly JsonObject[], surface: Surface, root: Root): BlockKitError[] {
  const always = [
    ...duplicateBlockIds(blocks, root),
    ...duplicateActionIds(blocks, root),
    ...focusCheck(blocks, root),
  ];
  if (surface !== 'message') return always;
  return [
    ...always,
    ...tableChecks(blocks, root),
    ...chartChecks(blocks, root),
    ...markdownCheck(blocks, root),
  ];
}
