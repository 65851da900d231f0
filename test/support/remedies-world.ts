import { FirebreakError } from '../../src/domain/errors.ts';
import { dropIndexText } from '../../src/domain/index-build.ts';
import type { DroppableIndex, IndexSite, Remedies } from '../../src/ports/remedies.ts';
import { fail, type World } from './ports.ts';

/** A table without indexes that Firebreak may build on. */
export function site(schema: string, table: string, parts: Partial<IndexSite> = {}): IndexSite {
  return {
    serverStart: 'start',
    database: 'orders',
    oid: 1000 + table.length,
    schema,
    table,
    ordinary: true,
    owner: 'app',
    rows: 120_000,
    bytes: 8_000_000,
    columns: [
      { name: 'id', width: 4 },
      { name: 'customer', width: 4 },
      { name: 'note', width: null },
    ],
    indexes: [],
    building: [],
    allowed: true,
    grant: null,
    ...parts,
  };
}

/** The remedies of a scripted world. */
export function remediesOf(world: World): Remedies {
  const named = (table: string) => world.sites.get(table);
  const change = (key: string, indexes: IndexSite['indexes']) => {
    const found = named(key);
    if (found !== undefined) world.sites.set(key, { ...found, indexes });
  };
  return {
    async heavyStatements() {
      fail(world, 'heavyStatements');
      return world.heavyStatements;
    },
    async indexSite(_name, table) {
      fail(world, 'indexSite');
      return structuredClone(named(table) ?? null);
    },
    async buildIndex(_name, spec, _limits, signal) {
      signal.throwIfAborted();
      world.changes.push(`build index ${spec.name}`);
      fail(world, 'buildIndex');
      const key = `${spec.schema}.${spec.table}`;
      const found = named(key);
      if (found === undefined || found.oid !== spec.tableOid) return 'thing-changed';
      if (found.serverStart !== spec.serverStart) return 'server-changed';
      const manner = world.builds.get(spec.name);
      world.builds.delete(spec.name);
      const index = {
        oid: 5000 + world.changes.length,
        schema: spec.schema,
        name: spec.name,
        columns: spec.columns,
        valid: manner !== 'leaves-invalid',
        unique: false,
        partial: false,
        bytes: 3_000_000,
      };
      change(key, [...found.indexes, index]);
      if (manner !== undefined)
        throw new FirebreakError('database-timeout', 'The build did not end.', { hint: '' });
      return 'done';
    },
    async indexesToDrop(_name, names) {
      fail(world, 'indexesToDrop');
      return [...world.sites.values()].flatMap((one) =>
        one.indexes
          .filter(({ schema, name }) => names.includes(`${schema}.${name}`))
          .map(
            (index): DroppableIndex => ({
              ...index,
              table: `${one.schema}.${one.table}`,
              owner: one.owner,
              serverStart: one.serverStart,
              definition: `CREATE INDEX ${index.name} ON ${one.table} (${index.columns.join(', ')})`,
              building: false,
              constraint: false,
              allowed: one.allowed,
              grant: one.grant,
            }),
          ),
      );
    },
    async dropIndex(_name, index) {
      world.changes.push(dropIndexText(index));
      fail(world, 'dropIndex');
      for (const [key, one] of world.sites) {
        const left = one.indexes.filter(({ oid }) => oid !== index.oid);
        if (left.length < one.indexes.length) {
          change(key, left);
          return 'done';
        }
      }
      return 'thing-changed';
    },
  };
}
