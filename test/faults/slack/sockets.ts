import { connections, disconnect, until } from '../../slack/sandbox-control.ts';
import { seconds } from './calls.ts';
import type { Trouble } from './trouble.ts';

function socketsEnd(name: string, boundary: string, reason: string, which: 'all' | 'oldest'): Trouble {
  return {
    fault: name,
    boundary,
    async tell({ scene, open, run, close, expect }) {
      const process = await open();
      await until('both connections', async () => (await connections(scene.slack)) === 2, 10_000);
      await run('suspend');
      await disconnect(scene.slack, reason, which);
      const began = Date.now();
      await close();
      expect(!process.output().includes('"level":50'), 'An error was logged.');
      return `closed after ${seconds(began)}`;
    },
  };
}

/** The connections on which clicks arrive. */
export const sockets: readonly Trouble[] = [
  socketsEnd('refresh', 'one of two connections', 'refresh_requested', 'oldest'),
  socketsEnd('refresh with warning', 'every connection', 'warning', 'all'),
  socketsEnd('cut without a word', 'every connection', 'kill', 'all'),
  socketsEnd('silent death', 'one of two connections', 'silent', 'oldest'),
];
