#!/usr/bin/env node
// Starts Firebreak on Node.js 24: this one when it is new enough, otherwise the one installed beside it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src', 'main.ts');
const main = existsSync(source) ? source : join(root, 'dist', 'main.js');

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(pathToFileURL(main).href);
} else {
  const node = bundledNode();
  if (node === null) {
    console.error(
      `error [unsupported-node] Firebreak needs Node.js 24 or newer; this is ${process.versions.node}.\n` +
        '  → Install Node.js 24, or install Firebreak without --omit=optional.',
    );
    process.exit(1);
  }
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of forwarded) process.on(signal, () => child.kill(signal));
  child.on('error', ({ message }) => {
    console.error(
      `error [unsupported-node] ${node} cannot be started: ${message}.\n  → Install Node.js 24 and start Firebreak with it.`,
    );
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1;
    else {
      for (const name of forwarded) process.removeAllListeners(name);
      process.kill(process.pid, signal);
    }
  });
}

function bundledNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  try {
    const home = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    return join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    return null;
  }
}
