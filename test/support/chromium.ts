import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { FirebreakError } from '../../src/domain/errors.ts';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const executablePath = PLACES.find((place) => existsSync(place));

/**
 * Whether tests that need a browser must be left out: there is none, and this is not CI. In CI they run and
 * fail, so that a missing browser is noticed.
 */
export const withoutBrowser = executablePath === undefined && process.env.CI === undefined;

if (withoutBrowser) {
  process.stderr.write(
    `Browser tests are left out: none of ${PLACES.join(', ')} is there. Install Chromium.\n`,
  );
}

/** Starts a headless browser that talks to nobody by itself. The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  if (executablePath === undefined) {
    throw new FirebreakError('no-browser', `There is no browser at any of ${PLACES.join(', ')}.`, {
      hint: 'Install Chromium (apt-get install chromium), or Google Chrome on macOS.',
    });
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
