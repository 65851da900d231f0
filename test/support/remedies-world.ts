import { FirebreakError } from '../../src/domain/errors.ts';
import { dropIndexText } from '../../src/domain/index-build.ts';
import type {
  CapturableTable,
  CaptureReadout,
  DroppableIndex,
  IndexSite,
  Remedies,
} from '../../src/ports/remedies.ts';
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
    async queryStatistics() {
      fail(world, 'queryStatistics');
      return { ...world.queryStatistics };
    },
    async changeQueryStatistics(_name, { create, serverStart }) {
      world.changes.push(`set pg_stat_statements to ${create ? 'created' : 'dropped'}`);
      fail(world, 'changeQueryStatistics');
      if (serverStart !== world.queryStatistics.serverStart) return 'server-changed';
      world.queryStatistics = { ...world.queryStatistics, created: create };
      return 'done';
    },
    ...captureOf(world),
  };
}

/** A primary that is ready for change data capture, with two tables of one owner. */
export function captureReadout(parts: Partial<CaptureReadout> = {}): CaptureReadout {
  const table = (name: string, oid: number): CapturableTable => ({
    schema: 'public',
    table: name,
    oid,
    owner: 'app',
    serverStart: 'start',
    rows: 1000,
    bytes: 8_000_000,
    identity: 'primary key',
    publishable: true,
  });
  return {
    serverStart: 'start',
    database: 'orders',
    inRecovery: false,
    walLevel: 'logical',
    slots: { most: 10, used: 1 },
    senders: { most: 10, used: 1 },
    keepBytes: 50 * 1024 ** 3,
    publication: null,
    slot: null,
    tables: [table('orders', 1), table('items', 2)],
    grants: {},
    ...parts,
  };
}

function captureOf(
  world: World,
): Pick<Remedies, 'captureReadout' | 'createPublication' | 'createSlot' | 'dropPublication' | 'dropSlot'> {
  const set = (parts: Partial<CaptureReadout>) => {
    world.capture = { ...world.capture, ...parts };
    return 'done' as const;
  };
  const isOther = (serverStart: string | undefined) => serverStart !== world.capture.serverStart;
  return {
    async captureReadout(_name, { tables }) {
      fail(world, 'captureReadout');
      const isAsked = (one: { schema: string; table: string }) =>
        tables.length === 0 || tables.includes(`${one.schema}.${one.table}`);
      return structuredClone({ ...world.capture, tables: world.capture.tables.filter(isAsked) });
    },
    async createPublication(_name, { publication, tables }) {
      world.changes.push(`create publication ${publication}`);
      fail(world, 'createPublication');
      if (isOther(tables[0]?.serverStart)) return 'server-changed';
      const names = tables.map(({ schema, table }) => `${schema}.${table}`);
      return set({ publication: { owner: 'app', tables: names } });
    },
    async createSlot(_name, slot, serverStart) {
      world.changes.push(`create slot ${slot}`);
      fail(world, 'createSlot');
      if (isOther(serverStart)) return 'server-changed';
      const { database } = world.capture;
      return set({
        slot: { plugin: 'pgoutput', database, active: false, walStatus: 'reserved', retainedBytes: 0 },
      });
    },
    async dropPublication(_name, { name, serverStart }) {
      world.changes.push(`drop publication ${name}`);
      fail(world, 'dropPublication');
      return isOther(serverStart) ? 'server-changed' : set({ publication: null });
    },
    async dropSlot(_name, slot, serverStart) {
      world.changes.push(`drop slot ${slot}`);
      fail(world, 'dropSlot');
      return isOther(serverStart) ? 'server-changed' : set({ slot: null });
    },
  };
}
