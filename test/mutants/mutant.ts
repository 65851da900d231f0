/** One promise, and the code that keeps it taken away: its test has to fail. */
export interface Mutant {
  /** What users would lose. */
  readonly promise: string;
  readonly file: string;
  /** Text that stands once in the file. */
  readonly was: string;
  readonly becomes: string;
  /** The file of tests that notices. */
  readonly test: string;
}
