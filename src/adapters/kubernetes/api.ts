import {
  ApiException,
  AppsV1Api,
  AuthorizationV1Api,
  BatchV1Api,
  type ConfigurationOptions,
  CoreV1Api,
  Observable,
  type ObservableMiddleware,
  PatchStrategy,
  type RequestContext,
} from '@kubernetes/client-node';
import { DelegateBackoff, handleWhen, type IRetryBackoffContext, retry } from 'cockatiel';
import { errorCodeOf } from '../../domain/errors.ts';
import { type KubernetesConfig, loadKubeConfig } from './config.ts';
import { explainError, type Request, retryAfterSeconds } from './errors.ts';

/** The options of one call: its time limit and the shared connections. */
export type CallOptions = ConfigurationOptions<ObservableMiddleware>;

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>;

const GET_ATTEMPTS = 2;
const LONGEST_RETRY_PAUSE_MS = 2_000;
const RETRY_PAUSE_MS = 200;
/** Renewed so that a rotated certificate is taken up; the client itself builds new connections for every request. */
const DISPATCHER_LIFETIME_MS = 600_000;

/** The typed clients of one cluster, with limits around every call. */
export class Api {
  readonly batch: BatchV1Api;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly authorization: AuthorizationV1Api;
  readonly #timeoutMs: number;
  #shared: { dispatcher: Dispatcher; since: number } | null = null;

  constructor(config: KubernetesConfig) {
    const kubeConfig = loadKubeConfig(config);
    this.batch = kubeConfig.makeApiClient(BatchV1Api);
    this.core = kubeConfig.makeApiClient(CoreV1Api);
    this.apps = kubeConfig.makeApiClient(AppsV1Api);
    this.authorization = kubeConfig.makeApiClient(AuthorizationV1Api);
    this.#timeoutMs = config.timeoutMs ?? 5_000;
  }

  /** Runs one call that only reads; it is tried again when the server is overloaded or a kept connection broke. */
  read<T>(request: Request, signal: AbortSignal, call: (options: CallOptions) => Promise<T>): Promise<T> {
    const policy = retry(handleWhen(isWorthARetry), {
      maxAttempts: GET_ATTEMPTS,
      backoff: new DelegateBackoff(({ result }: IRetryBackoffContext<unknown>) =>
        pauseMs('error' in result ? result.error : null),
      ),
    });
    return this.#explained(request, signal, () => policy.execute(() => call(this.#options(signal)), signal));
  }

  /** Runs one call that changes something, once. */
  write<T>(request: Request, signal: AbortSignal, call: (options: CallOptions) => Promise<T>): Promise<T> {
    return this.#explained(request, signal, () => call(this.#options(signal)));
  }

  /** Closes the kept connections. */
  async close(): Promise<void> {
    await this.#shared?.dispatcher.close();
    this.#shared = null;
  }

  async #explained<T>(request: Request, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      throw explainError(error, request);
    }
  }

  #options(signal: AbortSignal): CallOptions {
    const prepare = (context: RequestContext): RequestContext => {
      context.setSignal(AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]));
      // Without a content type of its own a patch goes out as a JSON patch, which a merge patch is not.
      if (context.getHttpMethod() === 'PATCH')
        context.setHeaderParam('Content-Type', PatchStrategy.MergePatch);
      this.#share(context);
      return context;
    };
    const middleware: ObservableMiddleware = {
      pre: (context) => new Observable(Promise.resolve(prepare(context))),
      post: (response) => new Observable(Promise.resolve(response)),
    };
    return { middleware: [middleware], middlewareMergeStrategy: 'append' };
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

const RETRIED_STATUS = new Set([429, 503, 504]);
const BROKEN_CONNECTION = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

function isWorthARetry(error: unknown): boolean {
  if (error instanceof ApiException) return RETRIED_STATUS.has(error.code);
  return error instanceof Error && BROKEN_CONNECTION.has(errorCodeOf(error.cause) ?? '');
}

function pauseMs(error: unknown): number {
  const asked = retryAfterSeconds(error);
  return asked === null ? RETRY_PAUSE_MS : Math.min(asked * 1_000, LONGEST_RETRY_PAUSE_MS);
}
