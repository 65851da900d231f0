import {
  AppsV1Api,
  AuthenticationV1Api,
  AuthorizationV1Api,
  AutoscalingV2Api,
  BatchV1Api,
  type ConfigurationOptions,
  CoreV1Api,
  CustomObjectsApi,
  Observable,
  type ObservableMiddleware,
  PatchStrategy,
  type RequestContext,
  type ResponseContext,
  VersionApi,
} from '@kubernetes/client-node';
import { DelegateBackoff, handleWhen, type IRetryBackoffContext, retry } from 'cockatiel';
import type { ClockReading } from '../../domain/access.ts';
import { clockOf } from '../../domain/clock-reading.ts';
import { createConnectionRecord } from '../../domain/connection-record.ts';
import { errorCodeOf } from '../../domain/errors.ts';
import type { ConnectionHealth } from '../../ports/health.ts';
import { boundLogin } from './bounded-login.ts';
import { type KubernetesConfig, loadKubeConfig } from './config.ts';
import { explainError, type Request, retryAfterSeconds, statusOfAnswer } from './errors.ts';

/** The options of one call: its time limit and the shared connections. */
export type CallOptions = ConfigurationOptions<ObservableMiddleware>;

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>;

const ATTEMPTS = 2;
/** A server that asks for a longer pause is not waited for: a person is told to try again. */
const LONGEST_RETRY_PAUSE_MS = 10_000;
const RETRY_PAUSE_MS = 200;
/** Renewed so that a rotated certificate is taken up; the client itself builds new connections for every request. */
const DISPATCHER_LIFETIME_MS = 600_000;

/** The typed clients of one cluster. */
type Clients = ReturnType<typeof createClients>;

type Call<T> = (options: CallOptions) => Promise<T>;

/** One cluster, with limits around every call. */
export class Api {
  readonly #config: KubernetesConfig;
  readonly #timeoutMs: number;
  #clients: Clients;
  readonly #record = createConnectionRecord();
  #clock: ClockReading | null = null;
  #shared: { dispatcher: Dispatcher; since: number } | null = null;

  constructor(config: KubernetesConfig) {
    this.#config = config;
    this.#clients = createClients(config);
    this.#timeoutMs = timeoutOf(config);
  }

  get batch(): BatchV1Api {
    return this.#clients.batch;
  }

  get core(): CoreV1Api {
    return this.#clients.core;
  }

  get apps(): AppsV1Api {
    return this.#clients.apps;
  }

  get autoscaling(): AutoscalingV2Api {
    return this.#clients.autoscaling;
  }

  /** Objects as they are sent, without a model that drops what it does not know. */
  get custom(): CustomObjectsApi {
    return this.#clients.custom;
  }

  get authentication(): AuthenticationV1Api {
    return this.#clients.authentication;
  }

  get version(): VersionApi {
    return this.#clients.version;
  }

  /** The clock of the API server, by the last answer; null before there was one, or when it told no time. */
  get clock(): ClockReading | null {
    return this.#clock;
  }

  get authorization(): AuthorizationV1Api {
    return this.#clients.authorization;
  }

  /** Runs one call that only reads; it is tried again when the server is overloaded, a list expired or a kept connection broke. */
  read<T>(request: Request, signal: AbortSignal, call: Call<T>): Promise<T> {
    return this.#tried(request, signal, call, { again: isWorthAReading, patch: 'merge' });
  }

  /** Runs one call that changes something; it is tried again only after an answer that says that nothing was done. */
  write<T>(
    request: Request,
    signal: AbortSignal,
    call: Call<T>,
    patch: 'merge' | 'json' = 'merge',
  ): Promise<T> {
    return this.#tried(request, signal, call, { again: wasNotTaken, patch });
  }

  connection(): ConnectionHealth {
    return { system: 'kubernetes', name: 'API of the cluster', ...this.#record.read() };
  }

  /** Closes the kept connections. */
  async close(): Promise<void> {
    await this.#shared?.dispatcher.close();
    this.#shared = null;
  }

  async #tried<T>(
    request: Request,
    signal: AbortSignal,
    call: Call<T>,
    { again, patch }: { again: (error: unknown) => boolean; patch: 'merge' | 'json' },
  ): Promise<T> {
    signal.throwIfAborted();
    const policy = retry(handleWhen(again), {
      maxAttempts: ATTEMPTS,
      backoff: new DelegateBackoff(({ result }: IRetryBackoffContext<unknown>) =>
        pauseMs('error' in result ? result.error : null),
      ),
    });
    const attempt = () => policy.execute(() => call(this.#options(signal, patch)), signal);
    try {
      const answer = await this.#withFreshCredentials(attempt);
      this.#record.up(new Date());
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      const explained = explainError(error, request);
      // A refusal of one thing is an answer; a login that is refused makes all the rest useless.
      const isDown = explained.code === 'kubernetes-unreachable' || statusOfAnswer(error) === 401;
      if (isDown) this.#record.down(explained, new Date());
      else this.#record.up(new Date());
      throw explained;
    }
  }

  /** A refused login is tried once more with the kubeconfig as it is now: a token may have been renewed in the file. */
  async #withFreshCredentials<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (statusOfAnswer(error) !== 401) throw error;
      this.#clients = createClients(this.#config);
      return await attempt();
    }
  }

  #options(signal: AbortSignal, patch: 'merge' | 'json'): CallOptions {
    const prepare = (context: RequestContext): RequestContext => {
      context.setSignal(AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]));
      // Without a content type of its own a patch goes out as a JSON patch, which a merge patch is not.
      if (context.getHttpMethod() === 'PATCH') {
        const type = patch === 'merge' ? PatchStrategy.MergePatch : PatchStrategy.JsonPatch;
        context.setHeaderParam('Content-Type', type);
      }
      this.#share(context);
      return context;
    };
    const middleware: ObservableMiddleware = {
      pre: (context) => new Observable(Promise.resolve(prepare(context))),
      post: (response) => new Observable(Promise.resolve(this.#noteClock(response))),
    };
    return { middleware: [middleware], middlewareMergeStrategy: 'append' };
  }

  #noteClock(response: ResponseContext): ResponseContext {
    this.#clock = clockOf(response.headers.date ?? null, new Date());
    return response;
  }

  /** Gives every request the connections of the first one; a fresh agent per request leaves its socket open for seconds. */
  #share(context: RequestContext): void {
    const fresh = context.getDispatcher();
    if (fresh === undefined) return;
    const now = performance.now();
    if (this.#shared === null || now - this.#shared.since > DISPATCHER_LIFETIME_MS) {
      void this.#shared?.dispatcher.close();
      this.#shared = { dispatcher: fresh, since: now };
    }
    context.setDispatcher(this.#shared.dispatcher);
  }
}

const READ_AGAIN = new Set([410, 429, 503, 504]);
const BROKEN_CONNECTION = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

function isWorthAReading(error: unknown): boolean {
  const status = statusOfAnswer(error);
  if (status !== null) return READ_AGAIN.has(status) && isShortPause(error);
  return error instanceof Error && BROKEN_CONNECTION.has(errorCodeOf(error.cause) ?? '');
}

/** Priority and fairness turns requests away before anything is done with them. */
function wasNotTaken(error: unknown): boolean {
  return statusOfAnswer(error) === 429 && isShortPause(error);
}

function isShortPause(error: unknown): boolean {
  return pauseMs(error) <= LONGEST_RETRY_PAUSE_MS;
}

function pauseMs(error: unknown): number {
  const asked = retryAfterSeconds(error);
  return asked === null ? RETRY_PAUSE_MS : asked * 1_000;
}

function timeoutOf({ timeoutMs }: KubernetesConfig): number {
  return timeoutMs ?? 5_000;
}

function createClients(config: KubernetesConfig) {
  const kubeConfig = boundLogin(loadKubeConfig(config), timeoutOf(config));
  return {
    batch: kubeConfig.makeApiClient(BatchV1Api),
    core: kubeConfig.makeApiClient(CoreV1Api),
    apps: kubeConfig.makeApiClient(AppsV1Api),
    autoscaling: kubeConfig.makeApiClient(AutoscalingV2Api),
    custom: kubeConfig.makeApiClient(CustomObjectsApi),
    authentication: kubeConfig.makeApiClient(AuthenticationV1Api),
    authorization: kubeConfig.makeApiClient(AuthorizationV1Api),
    version: kubeConfig.makeApiClient(VersionApi),
  };
}
