import { Command, CommanderError } from 'commander';
import { VERSION } from '../version.ts';
import type { SetExitCode } from './exit-code.ts';
import { printFailure } from './failure.ts';

type CreateCommand = (setExitCode: SetExitCode) => Command;

/** In the order of the help. Only the module of the command that is called is loaded: all of them take seconds. */
const commands: Readonly<Record<string, () => Promise<CreateCommand>>> = {
  init: async () => (await import('./init.ts')).initCommand,
  serve: async () => (await import('./serve.ts')).serveCommand,
  drill: async () => (await import('./drill.ts')).drillCommand,
  replay: async () => (await import('./replay.ts')).replayCommand,
  triage: async () => (await import('./triage.ts')).triageCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  audit: async () => (await import('./audit.ts')).auditCommand,
  prevent: async () => (await import('./prevent.ts')).preventCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  gate: async () => (await import('./gate.ts')).gateCommand,
  alerts: async () => (await import('./alerts.ts')).alertsCommand,
  incidents: async () => (await import('./incidents.ts')).incidentsCommand,
  history: async () => (await import('./history.ts')).historyCommand,
  timeline: async () => (await import('./timeline.ts')).timelineCommand,
  'follow-ups': async () => (await import('./follow-ups.ts')).followUpsCommand,
  postmortem: async () => (await import('./postmortem.ts')).postMortemCommand,
  journal: async () => (await import('./journal.ts')).journalCommand,
  state: async () => (await import('./state.ts')).stateCommand,
};

/** Runs the command line. Answers the exit code: 0, 1 it failed, 2 it was called wrong. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const results: { exitCode: number } = { exitCode: 0 };
  const program = await loadProgram(argv[2], (exitCode) => {
    results.exitCode = exitCode;
  });
  try {
    await program.parseAsync([...argv]);
    return results.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    printFailure(error);
    return 1;
  }
}

/** The program with the command of that name, or with all of them where it names none. */
export async function loadProgram(word: string | undefined, setExitCode: SetExitCode): Promise<Command> {
  const program = new Command('firebreak')
    .description('Incident-response ChatOps for PostgreSQL: diagnoses, asks, acts, proves.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(add --help for the options and an example)');
  for (const load of neededFor(word)) program.addCommand((await load())(setExitCode).exitOverride());
  return program;
}

/** The help, and what is said to a name that no command has, need them all. */
function neededFor(word: string | undefined): (() => Promise<CreateCommand>)[] {
  if (word === '--version' || word === '-V') return [];
  const called = Object.entries(commands).filter(([name]) => name === word);
  return (called.length > 0 ? called : Object.entries(commands)).map(([, load]) => load);
}
