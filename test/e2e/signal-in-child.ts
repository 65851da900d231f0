import { registerHooks } from 'node:module';

/** Preloaded into a process (`node --import`): it gets SIGTERM while the command that it was called for is being loaded. */
registerHooks({
  load(url, context, next) {
    if (url.endsWith('/cli/serve.ts')) process.kill(process.pid, 'SIGTERM');
    return next(url, context);
  },
});
