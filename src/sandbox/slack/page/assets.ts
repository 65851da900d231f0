import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One static file of the sandbox page: its `content-type` header and its bytes. */
export interface PageAsset {
  type: string;
  body: Buffer;
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['svg', 'image/svg+xml'],
]);

/** This module sits in the same folder (as `assets.js` once compiled) and is not part of the page. */
const NOT_SERVED = /^assets\./;

/**
 * Reads the static files of the Slack sandbox's page.
 *
 * The keys are URL paths: `/` is the page itself, everything else is below `/_sandbox/page/`. The files are
 * read anew at each call, so a server that calls this per request shows edits at once. Throws the error of
 * `node:fs` when the folder of the page is missing from the installation.
 */
export function pageAssets(): ReadonlyMap<string, PageAsset> {
  const folder = new URL('./', import.meta.url);
  const assets = new Map<string, PageAsset>();
  for (const name of readdirSync(fileURLToPath(folder))) {
    const type = TYPES.get(name.slice(name.lastIndexOf('.') + 1));
    if (type === undefined || NOT_SERVED.test(name)) continue;
    const path = name === 'index.html' ? '/' : `/_sandbox/page/${name}`;
    assets.set(path, { type, body: readFileSync(new URL(name, folder)) });
  }
  return assets;
}
