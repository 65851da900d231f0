import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withSession } from '../../../src/drill/victim/connection.ts';
import { clearFaults, fault, until } from '../../slack/sandbox-control.ts';
import type { TcpProxy } from '../../support/tcp-proxy.ts';
import type { StateOf } from '../fault.ts';
import type { Scene } from '../world/scene.ts';
import { embeddedServer } from '../world/state-of-lane.ts';

const PATIENCE_MS = 60_000;

/** Where Firebreak is in its very first start when it is told to stop. */
export interface Start {
  readonly name: string;
  readonly state: StateOf;
  /** Puts something in the way of the start; what is given back is taken out of it again. */
  hinder?(scene: Scene, victimProxy: TcpProxy, stack: AsyncDisposableStack): Promise<void>;
  /** Whether it is there. */
  isThere(scene: Scene, victimProxy: TcpProxy): Promise<boolean>;
}

const inState = (scene: Scene, name: string) => existsSync(join(scene.installation.directory, 'state', name));

const MIGRATES = `hashtextextended('firebreak:migrate', 0)`;
const WAITING = `select from pg_locks where locktype = 'advisory' and not granted`;
/** A process that is there has made its tables, and turns to the systems that it watches and to Slack. */
const THERE = 'select from firebreak.replica';

async function finds(scene: Scene, sql: string): Promise<boolean> {
  const server = scene.stateUrl === null ? await embeddedServer(stateOf(scene)) : null;
  const url = scene.stateUrl ?? server?.url();
  if (url === undefined) return false;
  return await withSession(url, async (session) => ((await session.query(sql)).rowCount ?? 0) > 0);
}

function stateOf(scene: Scene): string {
  return join(scene.installation.directory, 'state');
}

const ofBoth = (start: Omit<Start, 'state'>): Start[] => [
  { ...start, state: 'embedded' },
  { ...start, state: 'postgres' },
];

export const starts: readonly Start[] = [
  {
    name: 'the data folder is being made',
    state: 'embedded',
    isThere: async (scene) => inState(scene, 'postgres.unfinished'),
  },
  {
    name: 'the server of the state starts',
    state: 'embedded',
    // While the folder is being made, servers run in it too.
    isThere: async (scene) =>
      inState(scene, join('postgres', 'postmaster.pid')) && !inState(scene, 'postgres.unfinished'),
  },
  {
    name: 'another replica is making the tables, and does not come to an end',
    state: 'postgres',
    async hinder({ stateUrl }, _victimProxy, stack) {
      const held = Promise.withResolvers<void>();
      const over = Promise.withResolvers<void>();
      const holding = withSession(stateUrl ?? '', async (session) => {
        await session.query(`select pg_advisory_lock(${MIGRATES})`);
        held.resolve();
        await over.promise;
      });
      stack.defer(async () => {
        over.resolve();
        await holding;
      });
      await Promise.race([held.promise, holding]);
    },
    isThere: async (scene) => finds(scene, WAITING),
  },
  ...ofBoth({
    name: 'the network to the victim swallows everything',
    async hinder(_scene, victimProxy, stack) {
      victimProxy.blackHole(true);
      stack.defer(() => victimProxy.blackHole(false));
    },
    isThere: async (_scene, victimProxy) => victimProxy.open > 0,
  }),
  ...ofBoth({
    name: 'Slack answers nothing',
    async hinder({ slack }, _victimProxy, stack) {
      await fault(slack, { delayMs: 60_000, times: 1_000 });
      stack.defer(async () => clearFaults(slack));
    },
    isThere: async (scene) => finds(scene, THERE),
  }),
];

/** Resolves when the start has come there; what cannot be read yet is looked at again. */
export async function come(start: Start, scene: Scene, victimProxy: TcpProxy): Promise<void> {
  await until(
    start.name,
    async () => (await start.isThere(scene, victimProxy).catch(() => false)) || undefined,
    PATIENCE_MS,
  );
}
