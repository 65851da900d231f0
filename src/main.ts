import { endUnlessHeeded } from './cli/stop-signal.ts';

endUnlessHeeded();
// Loading takes a while, in which the signals are heeded already.
const { runCli } = await import('./cli/program.ts');
process.exitCode = await runCli(process.argv);
