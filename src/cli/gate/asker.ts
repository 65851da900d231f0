import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { pino } from 'pino';
import { createPlanner } from '../../adapters/postgres/gate/planner.ts';
import { createGateClient, type GateClient, GateError, type Outcome } from '../../client/index.ts';
import { readEnvironment } from '../../config/env.ts';
import { loadConfig } from '../../config/load-config.ts';
import { FirebreakError, loggableError } from '../../domain/errors.ts';
import { GatePolicy } from '../../domain/gate.ts';
import { Secret } from '../../domain/secret.ts';
import { createGate, type Gate, type GateAnswer, type GateRequest } from '../../gate/gate.ts';
import { openGate } from '../../wiring/open-gate.ts';
import { reachStateUrl } from '../../wiring/state-url.ts';
import { issuesToProblems } from '../../yaml/issues.ts';
import { problemsError } from '../../yaml/problems.ts';
import { readSource } from '../../yaml/source.ts';
import { withState } from '../with-state.ts';

/** How a command asks: over HTTP (`server`), by the configuration, or with nothing but a URL. */
export interface AskOptions {
  readonly config: string;
  readonly database?: string;
  readonly server?: string;
  readonly url?: string;
  readonly policy?: string;
}

/** Asks for verdicts, and tells what came of them. */
export interface Asker {
  ask(request: GateRequest, signal: AbortSignal): Promise<GateAnswer>;
  /** False when it could not be told; it is no reason to fail. */
  report(id: string, outcome: Outcome): Promise<boolean>;
}

export const TOKEN_VARIABLE = 'FIREBREAK_GATE_TOKEN';

/** The way to ask that the options name. Throws `bad-config` and `missing-secret`; `command` is told when it was called wrong. */
export async function openAsker(options: AskOptions, command: Command): Promise<Asker> {
  const { server, url, database } = options;
  if (server !== undefined) {
    if (database !== undefined) return overHttp(server, database);
    command.error('error: --server needs --database, a name in the configuration of that server');
  }
  return url === undefined ? await byConfig(options, command) : byUrl(url, options);
}

function overHttp(server: string, database: string): Asker {
  const token = readEnvironment()[TOKEN_VARIABLE] ?? '';
  if (token === '')
    throw new FirebreakError('missing-secret', `The environment variable ${TOKEN_VARIABLE} is not set.`, {
      hint: 'It holds the token that gate.bearer of the server names.',
    });
  const client: GateClient = createGateClient({ server, token });
  return {
    async ask(request, signal) {
      try {
        const { place, sql } = request;
        return await client.explain({ database, place, sql, ...optional(request) }, { signal });
      } catch (error) {
        if (!(error instanceof GateError)) throw error;
        throw new FirebreakError('gate-unreachable', `${server}: ${error.message}`, {
          hint: 'Check --server, the token and --database, and that "firebreak serve" runs there.',
          retryable: error.status === null || error.status >= 500,
          cause: error,
        });
      }
    },
    report: async (id, outcome) =>
      client.reportOutcome(id, outcome).then(
        () => true,
        () => false,
      ),
  };
}

function optional({ maxCost, maxSeconds, job, fromActivity }: GateRequest) {
  return {
    ...(maxCost === undefined ? {} : { maxCost }),
    ...(maxSeconds === undefined ? {} : { maxSeconds }),
    ...(job === undefined ? {} : { job }),
    ...(fromActivity === undefined ? {} : { fromActivity }),
  };
}

function byUrl(url: string, { policy, database = 'database' }: AskOptions): Asker {
  const planner = createPlanner({ database, url: new Secret(url) });
  const rules = policy === undefined ? GatePolicy.parse({}) : readPolicy(policy);
  const databases = new Map([[database, { planner, policy: rules, replica: null }]]);
  return unrecorded(
    createGate({ databases, explanations: null, newId: () => '', onUnrecorded: () => {} }),
    database,
  );
}

async function byConfig({ config: file, database, policy }: AskOptions, command: Command): Promise<Asker> {
  const config = await loadConfig(file);
  const gated = config.databases.filter(({ gate }) => gate !== undefined);
  const [only] = gated;
  const name = database ?? (gated.length === 1 ? only?.name : undefined);
  if (name === undefined) {
    const names = gated.map((one) => one.name).join(', ');
    command.error(
      names === ''
        ? `error: no database of ${file} has a gate; add one, or ask with --url or --server`
        : `error: name one with --database: ${names}`,
    );
  }
  const rules = policy === undefined ? null : readPolicy(policy);
  const databases = config.databases.map((one) =>
    one.gate === undefined || rules === null ? one : { ...one, gate: { ...one.gate, policy: rules } },
  );
  const logger = pino({ level: 'error' }, process.stderr);
  const onUnrecorded = (error: unknown) => logger.error({ err: loggableError(error) }, 'not recorded');
  // Where Firebreak keeps a state, runs are recorded there and known from there.
  const recorded = config.state.url !== null || existsSync(config.state.directory);
  if (!recorded) return unrecorded(openGate({ databases }, null, onUnrecorded), name);
  return {
    ask: async (request, signal) =>
      withState(file, reachStateUrl, async (state) =>
        openGate({ databases }, state.explanations, onUnrecorded).explain(name, request, signal),
      ),
    report: async (id, { seconds, rows = null, completed = true }) =>
      withState(file, reachStateUrl, async (state) => {
        await state.explanations.report(id, { seconds, rows, completed });
        return true;
      }).catch(() => false),
  };
}

function unrecorded(gate: Gate, database: string): Asker {
  return {
    ask: async (request, signal) => gate.explain(database, request, signal),
    report: async () => false,
  };
}

/** A policy file: the keys of `gate.policy` in firebreak.yml. Throws `bad-config`. */
function readPolicy(file: string): GatePolicy {
  const hint = 'Its keys are those of gate.policy in firebreak.example.yml.';
  const source = readSource(readPolicyText(file), file);
  if (source.problems.length > 0) throw problemsError(source.problems, { code: 'bad-config', hint });
  const parsed = GatePolicy.safeParse(source.data ?? {});
  if (parsed.success) return parsed.data;
  throw problemsError(issuesToProblems(source, parsed.error.issues), { code: 'bad-config', hint });
}

function readPolicyText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new FirebreakError('bad-config', `The policy ${file} cannot be read.`, {
      hint: 'Name a file with --policy.',
      cause,
    });
  }
}
