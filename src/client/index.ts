/** What the cost gate says: run it, run it on the replica, or do not run it. */
export type Verdict = 'allow' | 'replica' | 'deny';

/** The answer of the cost gate. */
export interface Explanation {
  /** Names this answer for `reportOutcome`; null when it was not recorded. */
  readonly id: string | null;
  readonly database: string;
  readonly place: 'primary' | 'replica';
  readonly verdict: Verdict;
  /** Why, each one sentence. */
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  /** In the planner's units; null when nothing could be planned. */
  readonly cost: number | null;
  /** Rows of the largest result; null when nothing could be planned. */
  readonly rows: number | null;
  /** `seconds` may be `factor` times shorter or longer; `pairs` runs of this database stand behind it. */
  readonly estimate: { readonly seconds: number; readonly factor: number; readonly pairs: number } | null;
  /** Indexes that would help; `measured` is null where it is a guess. */
  readonly indexes: readonly {
    readonly table: string;
    readonly columns: readonly string[];
    readonly measured: {
      readonly costBefore: number;
      readonly costAfter: number;
      readonly bytes: number;
    } | null;
  }[];
  /** Where to run instead of on the primary, when one is configured. */
  readonly replica: { readonly host: string; readonly port: number } | null;
  readonly statements: { readonly explained: number; readonly unjudged: number };
}

/** What to ask. */
export interface Question {
  /** Name of the database in the configuration of Firebreak. */
  readonly database: string;
  /** One statement or a script; nothing of it is executed. */
  readonly sql: string;
  /** Where the job means to run; `primary` unless told. */
  readonly place?: 'primary' | 'replica';
  /** Limits below those of the policy. */
  readonly maxCost?: number;
  readonly maxSeconds?: number;
  /** Name of the job, for the record. */
  readonly job?: string;
  /** True when the text comes from pg_stat_activity, where long ones are cut off. */
  readonly fromActivity?: boolean;
}

/** What came of a run. */
export interface Outcome {
  readonly seconds: number;
  readonly rows?: number;
  /** False when the run failed or was stopped; it then says nothing about the estimate. */
  readonly completed?: boolean;
}

/** The gate gave no verdict. `status` is that of HTTP, or null when there was no answer at all. */
export class GateError extends Error {
  override readonly name = 'GateError';
  readonly status: number | null;

  constructor(message: string, status: number | null, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

/** The cost gate over HTTP. */
export interface GateClient {
  /** The verdict on SQL. Throws GateError when there is none. */
  explain(question: Question, options?: { readonly signal?: AbortSignal }): Promise<Explanation>;
  /** Tells what came of it, so that estimates get better. Throws GateError. */
  reportOutcome(id: string, outcome: Outcome, options?: { readonly signal?: AbortSignal }): Promise<void>;
}

const TIMEOUT_MS = 15_000;

/** @param options.server Address of Firebreak, such as `http://firebreak.ops:8080`. */
export function createGateClient(options: {
  readonly server: string;
  readonly token: string;
  /** Milliseconds for an answer; 15000 unless told. */
  readonly timeoutMs?: number;
}): GateClient {
  const { server, token, timeoutMs = TIMEOUT_MS } = options;

  async function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
    const timeout = AbortSignal.timeout(timeoutMs);
    let response: Response;
    try {
      response = await fetch(`${server.replace(/\/+$/, '')}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new GateError('The cost gate does not answer.', null, cause);
    }
    if (response.ok) return response;
    throw new GateError(await problemOf(response), response.status);
  }

  return {
    async explain({ database, ...question }, { signal } = {}) {
      const path = `/v1/databases/${encodeURIComponent(database)}/explain`;
      const response = await post(path, question, signal);
      const answer: unknown = await response.json().catch(() => null);
      if (isExplanation(answer)) return answer;
      throw new GateError('What answered is not a cost gate.', response.status);
    },
    async reportOutcome(id, outcome, { signal } = {}) {
      const response = await post(`/v1/explanations/${encodeURIComponent(id)}/outcome`, outcome, signal);
      await response.body?.cancel();
    },
  };
}

async function problemOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  const said = typeof body === 'object' && body !== null && 'error' in body ? body.error : null;
  return typeof said === 'string' ? said : `The cost gate answered ${response.status}.`;
}

/** What follows a verdict looks at its replica, its id and its reasons; anything else is not taken for one. */
function isExplanation(answer: unknown): answer is Explanation {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'verdict' in answer &&
    ['allow', 'replica', 'deny'].some((verdict) => verdict === answer.verdict) &&
    'reasons' in answer &&
    Array.isArray(answer.reasons) &&
    'id' in answer &&
    'replica' in answer
  );
}
