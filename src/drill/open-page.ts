import { spawn } from 'node:child_process';
import { FirebreakError } from '../domain/errors.ts';

/** Programs that open an address in the person's browser, or are one, by platform. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
};
const LINUX = ['xdg-open', 'chromium', 'chromium-browser', 'google-chrome', 'firefox'];

/** Opens an address in a browser. Throws `no-browser` when none can be started. */
export async function openPage(url: string): Promise<void> {
  for (const program of OPENERS[process.platform] ?? LINUX) {
    if (await starts(program, url)) return;
  }
  throw new FirebreakError('no-browser', 'No browser could be started on this machine.', {
    hint: `Open ${url} yourself, or install one: apt-get install chromium.`,
  });
}

async function starts(program: string, url: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const child = spawn(program, [url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
