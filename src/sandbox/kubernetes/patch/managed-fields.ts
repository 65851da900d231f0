import type { JsonObject, KubeObject, ManagedFieldsEntry } from '../objects.ts';
import { fieldSet, fromFieldsV1, toFieldsV1 } from './field-set.ts';

/** Who writes, how, and when (RFC 3339). */
export interface Writer {
  manager: string;
  operation: 'Update' | 'Apply';
  apiVersion: string;
  subresource: string;
  time: string;
}

const sameEntry = (entry: ManagedFieldsEntry, writer: Writer) =>
  entry.manager === writer.manager &&
  entry.operation === writer.operation &&
  (entry.subresource ?? '') === writer.subresource;

/** Builds the entry of a writer for these paths. */
export function managedEntry(writer: Writer, paths: Iterable<string>): ManagedFieldsEntry {
  const { manager, operation, apiVersion, time, subresource } = writer;
  const entry = {
    manager,
    operation,
    apiVersion,
    time,
    fieldsType: 'FieldsV1' as const,
    fieldsV1: toFieldsV1(paths),
  };
  return subresource === '' ? entry : { ...entry, subresource };
}

/** The paths that an entry owns. */
export function ownedPaths(entry: ManagedFieldsEntry): Set<string> {
  return new Set(fromFieldsV1(entry.fieldsV1));
}

/** Finds the entry of a writer. */
export function entryOf(
  entries: readonly ManagedFieldsEntry[],
  writer: Writer,
): ManagedFieldsEntry | undefined {
  return entries.find((entry) => sameEntry(entry, writer));
}

/**
 * Says who owns what after an update: fields that changed belong to the writer alone, fields that disappeared to nobody.
 */
export function trackUpdate(before: JsonObject, after: KubeObject, writer: Writer): ManagedFieldsEntry[] {
  const old = fieldSet(before, writer.subresource);
  const now = fieldSet(after, writer.subresource);
  const changed = [...now].filter(([path, value]) => old.get(path) !== value).map(([path]) => path);
  const lost = new Set([...changed, ...[...old.keys()].filter((path) => !now.has(path))]);
  const entries = after.metadata.managedFields ?? [];
  const others = entries.flatMap((entry) => withoutPaths(entry, lost));
  if (changed.length === 0) return others;
  const mine = entryOf(others, writer);
  const paths = [...(mine === undefined ? [] : ownedPaths(mine)), ...changed];
  return [...others.filter((entry) => entry !== mine), managedEntry(writer, paths)];
}

/** Takes paths away from an entry; an entry that owns nothing any more disappears. */
export function withoutPaths(entry: ManagedFieldsEntry, lost: ReadonlySet<string>): ManagedFieldsEntry[] {
  const paths = fromFieldsV1(entry.fieldsV1);
  const kept = paths.filter((path) => !lost.has(path));
  if (kept.length === paths.length) return [entry];
  return kept.length === 0 ? [] : [{ ...entry, fieldsV1: toFieldsV1(kept) }];
}
