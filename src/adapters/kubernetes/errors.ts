import { ApiException } from '@kubernetes/client-node';
import { z } from 'zod';
import { type ErrorCode, errorCodeOf, FirebreakError, isFirebreakError } from '../../domain/errors.ts';

/** What a request was about, for the words of an error and for the RBAC rule that is missing. */
export interface Request {
  readonly verb: 'get' | 'list' | 'patch' | 'delete' | 'create';
  /** Plural name such as `cronjobs`. */
  readonly resource: string;
  readonly group: '' | 'batch' | 'apps' | 'authorization.k8s.io';
  readonly namespace: string;
  readonly name?: string;
}

/** The parts of a Status object that are shown. Its message can hold the whole object and is then left out. */
const Status = z.object({
  message: z.string().optional(),
  details: z
    .object({
      causes: z.array(z.object({ field: z.string().optional(), message: z.string().optional() })).optional(),
    })
    .optional(),
});

const LONGEST_DETAIL = 300;

/** Says a failed request with a stable code and what to do. */
export function explainError(error: unknown, request: Request): FirebreakError {
  if (isFirebreakError(error)) return error;
  return error instanceof ApiException ? explainAnswer(error, request) : explainNetwork(error, request);
}

/** Seconds that the API asks to wait, or null. */
export function retryAfterSeconds(error: unknown): number | null {
  if (!(error instanceof ApiException)) return null;
  const seconds = Number(error.headers['retry-after']);
  return Number.isFinite(seconds) ? seconds : null;
}

function explainAnswer(error: ApiException<unknown>, request: Request): FirebreakError {
  const [code, hint, retryable] = answerRule(error, request);
  const message = `Kubernetes answered ${error.code} to ${sentence(request)}: ${detailOf(error)}`;
  return new FirebreakError(code, message, { hint, retryable, cause: withoutBody(error) });
}

function answerRule(error: ApiException<unknown>, request: Request): [ErrorCode, string, boolean] {
  switch (error.code) {
    case 401:
      return [
        'kubernetes-permission',
        'The credentials are missing, wrong or expired: renew the token of the kubeconfig.',
        false,
      ];
    case 403:
      return [
        'kubernetes-permission',
        `Grant it with the rule ${rbacRule(request)} in a Role of namespace ${request.namespace}, bound to the identity that the message names.`,
        false,
      ];
    case 404:
      return [
        'kubernetes-not-found',
        'It was deleted meanwhile, or the name or namespace in the configuration is wrong.',
        false,
      ];
    case 409:
      return ['kubernetes-conflict', 'Read the object again and decide on what it is now.', false];
    case 410:
      return ['kubernetes-error', 'Read the list again.', true];
    case 422:
      return isReplaced(error)
        ? [
            'kubernetes-conflict',
            'An object of this name was deleted and made again: look at the new one before deciding.',
            false,
          ]
        : ['kubernetes-error', 'The change does not fit the object; nothing was changed.', false];
    case 429:
      return ['kubernetes-error', 'The API server is overloaded. Try again in a few seconds.', true];
    default:
      return ['kubernetes-error', 'Look at the health of the API server.', error.code >= 500];
  }
}

/** A patch that carries another uid than the object is refused as a change of an immutable field. */
function isReplaced(error: ApiException<unknown>): boolean {
  const status = statusOf(error);
  const fields = status.details?.causes?.map(({ field }) => field) ?? [];
  return fields.includes('metadata.uid') || /metadata\.uid: Invalid value/.test(status.message ?? '');
}

function detailOf(error: ApiException<unknown>): string {
  const { message, details } = statusOf(error);
  const causes = (details?.causes ?? []).map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`);
  const text = error.code === 422 && causes.length > 0 ? causes.join('; ') : (message ?? 'no explanation.');
  return text.length <= LONGEST_DETAIL ? text : `${text.slice(0, LONGEST_DETAIL)}…`;
}

/** The body is a text: usually a Status in JSON, but plain text from an overloaded server or a proxy. */
function statusOf(error: ApiException<unknown>): z.infer<typeof Status> {
  if (typeof error.body !== 'string') return {};
  try {
    return Status.catch({}).parse(JSON.parse(error.body));
  } catch {
    return { message: error.body.trim() };
  }
}

/** An ApiException prints its body and headers, so only its status is kept as the cause. */
function withoutBody(error: ApiException<unknown>): Error {
  return new Error(`HTTP status ${error.code}`);
}

function explainNetwork(error: unknown, request: Request): FirebreakError {
  const message = `Kubernetes cannot be reached for ${sentence(request)}: ${reasonOf(error)}.`;
  return new FirebreakError('kubernetes-unreachable', message, {
    hint: 'Check that the API server of the kubeconfig runs and can be reached from here, and its certificate.',
    retryable: true,
    cause: error,
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it did not answer in time';
  const { cause } = error;
  return cause instanceof Error ? `${errorCodeOf(cause) ?? cause.message}` : error.message;
}

function sentence({ verb, resource, namespace, name }: Request): string {
  return `${verb} ${resource} ${name === undefined ? 'of namespace ' : ''}${namespace}${name === undefined ? '' : `/${name}`}`;
}

function rbacRule({ verb, resource, group }: Request): string {
  return `{apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"]}`;
}
