import { startProcess } from './local-process.ts';
import { AddressPool, hasSpareLoopback } from './loopback.ts';
import type { PodProgram, PodRuntime, RunningContainer } from './pod-runtime.ts';

/**
 * Runs containers as processes of this machine, without isolation. Programs find their address in POD_IP and bind it as
 * local address; they should exit when their standard input ends, because then the sandbox is gone.
 */
export class LocalProcessRuntime implements PodRuntime {
  readonly loopbackAddresses: boolean;
  readonly #addresses = new AddressPool();
  readonly #running = new Set<RunningContainer>();
  readonly #killAll = () => {
    for (const container of this.#running) container.terminate(0);
  };

  constructor(loopbackAddresses: boolean) {
    this.loopbackAddresses = loopbackAddresses;
    process.on('exit', this.#killAll);
  }

  /** Finds out whether this machine has spare loopback addresses, and makes the runtime. */
  static async create(): Promise<LocalProcessRuntime> {
    return new LocalProcessRuntime(await hasSpareLoopback());
  }

  allocateAddress(): string {
    return this.#addresses.allocate();
  }

  start(program: PodProgram): RunningContainer {
    const container = startProcess(program);
    this.#running.add(container);
    void container.exited.then(() => this.#running.delete(container));
    return container;
  }

  /** Kills every process group and waits until they are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ended = [...this.#running].map(async ({ exited }) => exited);
    this.#killAll();
    await Promise.all(ended);
    process.off('exit', this.#killAll);
  }
}
