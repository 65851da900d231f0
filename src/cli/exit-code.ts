/** A command takes this to set the exit code: 0 it did what was asked, 1 it failed. */
export type SetExitCode = (exitCode: number) => void;
