/** What a container runs as a local process. */
export interface PodProgram {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** How a container ended. A program that was killed by a signal has 128 plus the signal's number as exit code. */
export interface ContainerExit {
  exitCode: number;
  /** Set when the program could not be started at all. */
  problem?: string | undefined;
}

/** A container that was started. */
export interface RunningContainer {
  /** Identifies the process for people: `process://<pid>`. */
  readonly id: string;
  /** Settles when the program and its process group are gone. */
  readonly exited: Promise<ContainerExit>;
  /** The latest output, standard output and error together, at most 64 KiB. */
  output(): string;
  /** Asks the program to end with SIGTERM and kills its process group after the grace period in milliseconds. */
  terminate(graceMs: number): void;
}

/** Runs the containers of pods. */
export interface PodRuntime extends AsyncDisposable {
  /**
   * True when each pod has a loopback address of its own that its programs can bind, so that a server sees the pod's IP
   * as client address. When false, pod IPs are unique only in the API, and attribution by address does not work.
   */
  readonly loopbackAddresses: boolean;
  /** Reserves an address for a pod. */
  allocateAddress(): string;
  start(program: PodProgram): RunningContainer;
}
