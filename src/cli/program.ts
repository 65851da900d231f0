import { Command, CommanderError } from 'commander';
import { auditCommand } from './audit.ts';
import { checkCommand } from './check.ts';
import { drillCommand } from './drill.ts';
import { printFailure } from './failure.ts';
import { incidentsCommand } from './incidents.ts';
import { journalCommand } from './journal.ts';
import { postMortemCommand } from './postmortem.ts';
import { replayCommand } from './replay.ts';
import { serveCommand } from './serve.ts';
import { stateCommand } from './state.ts';
import { timelineCommand } from './timeline.ts';
import { triageCommand } from './triage.ts';

/** Runs the command line. Answers the exit code: 0, 1 it failed, 2 it was called wrong. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const program = new Command('firebreak')
    .description('Incident-response ChatOps for PostgreSQL: diagnoses, asks, acts, proves.')
    .exitOverride()
    .showHelpAfterError('(add --help for the options and an example)');
  const results: { exitCode: number } = { exitCode: 0 };
  for (const command of [
    serveCommand,
    drillCommand,
    replayCommand,
    triageCommand,
    checkCommand,
    auditCommand,
    incidentsCommand,
    timelineCommand,
    postMortemCommand,
    journalCommand,
    stateCommand,
  ]) {
    program.addCommand(
      command((exitCode) => {
        results.exitCode = exitCode;
      }).exitOverride(),
    );
  }
  try {
    await program.parseAsync([...argv]);
    return results.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    printFailure(error);
    return 1;
  }
}
