import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** Preloaded into a child: writes the URL of each module that it loads, a line each, into the file NOTE_LOADED names. */
const file = process.env.NOTE_LOADED;
const seen: string[] = [];
registerHooks({
  load(url, context, next) {
    seen.push(url);
    return next(url, context);
  },
});
process.on('exit', () => {
  if (file !== undefined) writeFileSync(file, seen.join('\n'));
});
