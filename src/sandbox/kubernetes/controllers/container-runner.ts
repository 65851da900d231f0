import { timestamp } from '../objects.ts';
import type { ContainerExit, PodProgram, PodRuntime, RunningContainer } from '../runtime/pod-runtime.ts';
import type { Container, ContainerState, ContainerStatus } from '../workloads.ts';
import type { Unstartable } from './pod-program.ts';

/** The longest delay between restarts in place, in milliseconds. */
const LONGEST_RESTART_MS = 300_000;

/** How a container is run. */
export interface ContainerRunnerOptions {
  runtime: PodRuntime;
  program: PodProgram | Unstartable;
  policy: 'Always' | 'OnFailure' | 'Never';
  /** The delay before the second restart, in milliseconds; the first restart is immediate. */
  restartBackoffMs: number;
  now: () => Date;
  /** Called whenever `status` has changed. */
  changed: () => void;
}

/** Runs one container and restarts it in place where the restart policy asks for it. */
export class ContainerRunner {
  status: ContainerStatus;
  readonly #options: ContainerRunnerOptions;
  #container: RunningContainer | undefined;
  #restart: NodeJS.Timeout | undefined;
  #stopping = false;
  #startedAt = '';

  constructor({ name, image = '' }: Container, options: ContainerRunnerOptions) {
    this.#options = options;
    const state = { waiting: { reason: 'ContainerCreating' } };
    this.status = {
      name,
      image,
      imageID: '',
      ready: false,
      started: false,
      restartCount: 0,
      state,
      lastState: {},
    };
  }

  /** The container has ended and is not restarted. */
  get ended(): boolean {
    return this.status.state.terminated !== undefined && this.#restart === undefined;
  }

  output(): string {
    return this.#container?.output() ?? '';
  }

  start(): void {
    const { program, runtime } = this.#options;
    this.#startedAt = timestamp(this.#options.now());
    if ('reason' in program) {
      this.#change({ state: { waiting: { ...program } } });
      return;
    }
    const container = runtime.start(program);
    this.#container = container;
    this.#change({
      state: { running: { startedAt: this.#startedAt } },
      containerID: container.id,
      ready: true,
      started: true,
    });
    void container.exited.then((exit) => this.#onExit(exit));
  }

  /** Ends the container within a grace period in milliseconds and does not start it again. */
  terminate(graceMs: number): void {
    this.#stopping = true;
    clearTimeout(this.#restart);
    this.#restart = undefined;
    if (this.status.state.running !== undefined) this.#container?.terminate(graceMs);
    else if (this.status.state.terminated === undefined)
      this.#change({ state: this.#terminated({ exitCode: 137 }) });
  }

  #onExit(exit: ContainerExit): void {
    const state = this.#terminated(exit);
    const again =
      this.#options.policy === 'Always' || (this.#options.policy === 'OnFailure' && exit.exitCode !== 0);
    if (again && !this.#stopping) this.#restartLater(state);
    else this.#change({ state, ready: false, started: false });
    this.#options.changed();
  }

  #terminated({ exitCode, problem }: ContainerExit): ContainerState {
    const reason = problem === undefined ? (exitCode === 0 ? 'Completed' : 'Error') : 'StartError';
    const finishedAt = timestamp(this.#options.now());
    const message = problem === undefined ? {} : { message: problem };
    return { terminated: { exitCode, reason, ...message, startedAt: this.#startedAt, finishedAt } };
  }

  #restartLater(lastState: ContainerState): void {
    const restarts = this.status.restartCount;
    const { restartBackoffMs } = this.#options;
    const delayMs = restarts === 0 ? 0 : Math.min(LONGEST_RESTART_MS, restartBackoffMs * 2 ** (restarts - 1));
    const message = `back-off ${Math.round(delayMs / 1000)}s restarting failed container=${this.status.name}`;
    const state = delayMs === 0 ? lastState : { waiting: { reason: 'CrashLoopBackOff', message } };
    this.#change({ state, lastState, ready: false, started: false });
    this.#restart = setTimeout(() => {
      this.#restart = undefined;
      this.#change({ restartCount: restarts + 1 });
      this.start();
      this.#options.changed();
    }, delayMs);
  }

  #change(change: Partial<ContainerStatus>): void {
    this.status = { ...this.status, ...change };
  }
}
