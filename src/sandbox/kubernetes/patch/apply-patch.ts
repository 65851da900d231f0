import { ApiError } from '../api-error.ts';
import { clone, type JsonObject, type KubeObject, type ManagedFieldsEntry } from '../objects.ts';
import { fieldSet, readablePath, removeField } from './field-set.ts';
import { entryOf, managedEntry, ownedPaths, type Writer, withoutPaths } from './managed-fields.ts';
import { strategicMergePatch } from './strategic-merge-patch.ts';

/** The object after a server-side apply, with its new owners. */
export interface Applied {
  object: JsonObject;
  managedFields: ManagedFieldsEntry[];
}

interface Clash {
  entry: ManagedFieldsEntry;
  path: string;
}

/**
 * Applies a configuration for its manager: takes its fields, removes those that the manager applied before and now
 * leaves out, and refuses with 409 when another manager owns a field with another value, unless `force`.
 */
export function applyPatch(live: KubeObject, config: JsonObject, writer: Writer, force: boolean): Applied {
  const { managedFields: entries = [] } = live.metadata;
  const wanted = fieldSet(config);
  const actual = fieldSet(live);
  const mine = entryOf(entries, writer);
  const others = entries.filter((entry) => entry !== mine);
  const clashes = others.flatMap((entry): Clash[] =>
    [...ownedPaths(entry)]
      .filter((path) => wanted.has(path) && wanted.get(path) !== actual.get(path))
      .map((path) => ({ entry, path })),
  );
  if (clashes.length > 0 && !force) throw applyConflict(clashes);
  const taken = new Set(clashes.map(({ path }) => path));
  const left = others.flatMap((entry) => withoutPaths(entry, taken));
  const object = strategicMergePatch(clone<JsonObject>(live), clone(config));
  const shared = new Set(left.flatMap((entry) => [...ownedPaths(entry)]));
  for (const path of mine === undefined ? [] : ownedPaths(mine)) {
    if (!wanted.has(path) && !shared.has(path)) removeField(object, path);
  }
  return { object, managedFields: [...left, managedEntry(writer, wanted.keys())] };
}

function applyConflict(clashes: readonly Clash[]): ApiError {
  const causes = clashes.map(({ entry, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${entry.manager}" using ${entry.apiVersion}`,
    field: readablePath(path),
  }));
  return new ApiError(409, 'Conflict', conflictText(causes), { details: { causes } });
}

function conflictText(causes: readonly { message: string; field: string }[]): string {
  const [only] = causes;
  if (causes.length === 1 && only !== undefined) {
    return `Apply failed with 1 conflict: ${only.message}: ${only.field}`;
  }
  const groups = Map.groupBy(causes, ({ message }) => message.replace('conflict with', 'conflicts with'));
  const texts = [...groups].map(
    ([message, list]) => `${message}:\n${list.map(({ field }) => `- ${field}`).join('\n')}`,
  );
  return `Apply failed with ${causes.length} conflicts: ${texts.join('\n')}`;
}
