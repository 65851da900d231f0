import { isObject, type JsonObject } from './objects.ts';
import { qualifiedKind, qualifiedPlural, type Resource } from './resources.ts';

/** One wrong field, as listed under `details.causes` of a 422 answer. */
export interface FieldError {
  reason: 'FieldValueInvalid' | 'FieldValueRequired' | 'FieldValueNotSupported' | 'FieldValueForbidden';
  field: string;
  message: string;
}

/** What an error adds to code, reason and message. */
export interface ErrorExtra {
  details?: JsonObject;
  headers?: Record<string, string>;
}

/** A refusal by the API server; it is sent as a `Status` object (notes: Kubernetes §3). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly details: JsonObject;
  readonly headers: Record<string, string>;

  constructor(code: number, reason: string, message: string, extra: ErrorExtra = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = extra.details ?? {};
    this.headers = extra.headers ?? {};
  }

  /** The `Status` object of the answer's body. */
  get status(): JsonObject {
    const { message, reason, details, code } = this;
    const head = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
    return code === 401
      ? { ...head, message, reason, code }
      : { ...head, message, ...(reason === '' ? {} : { reason }), details, code };
  }
}

const named = (resource: Resource, name: string): JsonObject => ({
  ...(name === '' ? {} : { name }),
  ...(resource.group === '' ? {} : { group: resource.group }),
  kind: resource.plural,
});

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function notFound(resource: Resource, name: string): ApiError {
  const message = `${qualifiedPlural(resource)} "${name}" not found`;
  return new ApiError(404, 'NotFound', message, { details: named(resource, name) });
}

export function unknownResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource');
}

export function methodNotAllowed(): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  );
}

export function alreadyExists(resource: Resource, name: string): ApiError {
  const message = `${qualifiedPlural(resource)} "${name}" already exists`;
  return new ApiError(409, 'AlreadyExists', message, { details: named(resource, name) });
}

export function conflict(resource: Resource, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedPlural(resource)} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, { details: named(resource, name) });
}

/** The answer to a write that is based on an older version of the object. */
export function staleVersion(resource: Resource, name: string): ApiError {
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  return conflict(resource, name, why);
}

export function forbidden(resource: Resource, name: string, why: string): ApiError {
  const subject = name === '' ? qualifiedPlural(resource) : `${qualifiedPlural(resource)} "${name}"`;
  const message = `${subject} is forbidden: ${why}`;
  return new ApiError(403, 'Forbidden', message, { details: named(resource, name) });
}

/** A 422 answer that lists the wrong fields. */
export function invalid(resource: Resource, name: string, errors: readonly FieldError[]): ApiError {
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const causes = errors.map(({ reason, message, field }) => ({ reason, message, field }));
  const group = resource.group === '' ? {} : { group: resource.group };
  return new ApiError(422, 'Invalid', `${qualifiedKind(resource)} "${name}" is invalid: ${list}`, {
    details: { ...(name === '' ? {} : { name }), ...group, kind: resource.kind, causes },
  });
}

/** A 422 answer to a patch whose result cannot be decoded. Its message holds the whole object, as measured. */
export function invalidPatchResult(patched: JsonObject, why: string): ApiError {
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(patched))}: ${why}`;
  return new ApiError(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
    details: { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] },
  });
}

/** A 422 answer about a query parameter, for example `dryRun` of a patch. */
export function invalidOption(options: string, errors: readonly FieldError[]): ApiError {
  const text = errors.map(({ field, message }) => `${field}: ${message}`).join(', ');
  return new ApiError(422, 'Invalid', `${options}.meta.k8s.io "" is invalid: ${text}`, {
    details: { group: 'meta.k8s.io', kind: options, causes: errors.map((error) => ({ ...error })) },
  });
}

/** The answer when a list or watch starts at a version that the server no longer keeps. */
export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

/** Reads the message of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return isObject(error) ? JSON.stringify(error) : String(error);
}
