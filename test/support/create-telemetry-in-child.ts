import { createTelemetry } from '../../src/adapters/telemetry/create-telemetry.ts';

/** Run as a process of its own: everything that serves is loaded, and telemetry made with or without traces. */
await import('../../src/app.ts');
const telemetry = await createTelemetry({
  version: '1.2.3',
  sources: [],
  databases: [],
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  traced: process.argv[2] === 'traced',
});
await telemetry.stop();
