import { readdir } from 'node:fs/promises';
import type { Subcommand, Subcommands } from './subcommand.ts';

const FILE = /^[a-z-]+\.(?:js|ts)$/;

/** Loads every subcommand; adding one is adding a file `commands/<name>.ts` that exports `subcommand`. */
export async function loadSubcommands(): Promise<Subcommands> {
  const directory = new URL('commands/', import.meta.url);
  const files = (await readdir(directory)).filter((file) => FILE.test(file));
  const loaded = await Promise.all(
    files.map(async (file) => {
      const { subcommand } = (await import(new URL(file, directory).href)) as { subcommand: Subcommand };
      const expected = file.replace(/\.(?:js|ts)$/, '');
      if (subcommand.name !== expected)
        throw new Error(`commands/${file} declares the subcommand ${subcommand.name}; name it ${expected}.`);
      return subcommand;
    }),
  );
  return new Map(loaded.sort((a, b) => a.order - b.order).map((one) => [one.name, one]));
}
