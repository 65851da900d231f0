import { ApiException } from '@kubernetes/client-node';
import { z } from 'zod';
import { type ErrorCode, errorCodeOf, FirebreakError, isFirebreakError } from '../../domain/errors.ts';
import { formatDuration } from '../../domain/format.ts';
import type { Command } from '../../domain/plan.ts';

/** What a request was about, for the words of an error and for the RBAC rule that is missing. */
export interface Request {
  readonly verb: 'get' | 'list' | 'patch' | 'delete' | 'create';
  /** Plural name such as `cronjobs`. */
  readonly resource: string;
  readonly group: '' | 'batch' | 'apps' | 'autoscaling' | 'authorization.k8s.io' | 'authentication.k8s.io';
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

/** HTTP status of the answer that an error explains, or null. */
export function statusOfAnswer(error: unknown): number | null {
  return error instanceof ApiException ? error.code : null;
}

interface Rule {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retryable?: boolean;
  readonly next?: readonly Command[];
}

function explainAnswer(error: ApiException<unknown>, request: Request): FirebreakError {
  const { code, hint, retryable = false, next = [] } = answerRule(error, request);
  const message = `Kubernetes answered ${error.code} to ${sentence(request)}: ${detailOf(error)}`;
  return new FirebreakError(code, message, {
    hint,
    retryable,
    cause: withoutBody(error),
    situation: { next: [...next] },
  });
}

/** What an admission webhook or another admission plugin said, which comes as 403, 400 or any code it likes. */
const WEBHOOK_DENIED = /admission webhook "([^"]+)" denied the request/;
const WEBHOOK_FAILED = /failed calling webhook "([^"]+)"/;

function answerRule(error: ApiException<unknown>, request: Request): Rule {
  const { message = '' } = statusOf(error);
  const denied = WEBHOOK_DENIED.exec(message);
  const failed = WEBHOOK_FAILED.exec(message);
  if (denied !== null) return webhookRule(denied[1] ?? '', 'refuses this change', false);
  if (failed !== null)
    return webhookRule(failed[1] ?? '', 'does not answer, so the API refuses the change', true);
  return statusRule(error, request, message);
}

function webhookRule(name: string, what: string, retryable: boolean): Rule {
  return {
    code: 'kubernetes-error',
    hint: `The admission webhook ${name} ${what}; nothing was changed, and doing it with kubectl is met with the same. Ask its owners, or go on without this step.`,
    retryable,
    next: [
      {
        label: 'whose webhook it is',
        language: 'text',
        text: `kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o yaml | grep -B30 '${name}'`,
      },
    ],
  };
}

function statusRule(error: ApiException<unknown>, request: Request, message: string): Rule {
  switch (error.code) {
    case 401:
      return {
        code: 'kubernetes-permission',
        hint: 'The credentials are missing, wrong or expired: renew the token in the kubeconfig file; Firebreak reads it again by itself. Nothing was changed.',
        next: [{ label: 'does the kubeconfig still work', language: 'text', text: 'kubectl auth whoami' }],
      };
    case 403:
      return forbiddenRule(request, message);
    case 404:
      return {
        code: 'kubernetes-not-found',
        hint: 'It was deleted meanwhile, or the name or namespace in the configuration is wrong.',
      };
    case 409:
      return { code: 'kubernetes-conflict', hint: 'Read the object again and decide on what it is now.' };
    case 410:
      return {
        code: 'kubernetes-error',
        hint: 'The list was too old to go on with. Read it again.',
        retryable: true,
      };
    case 422:
      return isReplaced(error)
        ? {
            code: 'kubernetes-conflict',
            hint: 'An object of this name was deleted and made again: look at the new one before deciding.',
          }
        : { code: 'kubernetes-error', hint: 'The change does not fit the object; nothing was changed.' };
    case 429:
      return { code: 'kubernetes-error', hint: overloadHint(error), retryable: true };
    default:
      return {
        code: 'kubernetes-error',
        hint: 'Look at the health of the API server.',
        retryable: error.code >= 500,
        next: [
          { label: 'what of it is not well', language: 'text', text: "kubectl get --raw '/readyz?verbose'" },
        ],
      };
  }
}

function overloadHint(error: unknown): string {
  const seconds = retryAfterSeconds(error);
  const wait = seconds === null ? 'in a few seconds' : `in ${formatDuration(seconds)}, as it asks`;
  return `The API server is overloaded and let the request wait in vain; nothing was changed by it. Try again ${wait}.`;
}

function forbiddenRule(request: Request, message: string): Rule {
  const { verb, resource, group, namespace } = request;
  const who = /User "([^"]+)"/.exec(message)?.[1];
  const [plural = '', subresource] = resource.split('/');
  const kind = `${plural}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  const role = `firebreak-${verb}-${resource.replace('/', '-')}`;
  return {
    code: 'kubernetes-permission',
    hint: `Grant it with the rule ${rbacRule(request)} in a Role of namespace ${namespace}, bound to the identity that the message names.`,
    next:
      who === undefined
        ? []
        : [
            {
              label: 'grant it',
              language: 'text',
              text: `kubectl -n ${namespace} create role ${role} --verb=${verb} --resource=${kind}
kubectl -n ${namespace} create rolebinding ${role} --role=${role} ${subject(who)}`,
            },
          ],
  };
}

/** The user of a message as `kubectl create rolebinding` takes it. */
function subject(user: string): string {
  const [, , namespace, account] = user.startsWith('system:serviceaccount:') ? user.split(':') : [];
  return account === undefined ? `--user='${user}'` : `--serviceaccount=${namespace}:${account}`;
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
    situation: {
      next: [
        {
          label: 'does the API server answer, from where Firebreak runs',
          language: 'text',
          text: "kubectl get --raw '/readyz?verbose'",
        },
      ],
    },
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
