import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { describeError, isFirebreakError, loggableError } from '../domain/errors.ts';
import type { Logger } from '../ports/logger.ts';
import type { Gate } from './gate.ts';
import { SCRIPT_LIMIT } from './script.ts';

/** What a job sends. */
const Question = z.strictObject({
  sql: z.string().min(1).max(SCRIPT_LIMIT),
  place: z.enum(['primary', 'replica']).default('primary'),
  maxCost: z.number().positive().optional(),
  maxSeconds: z.number().positive().optional(),
  job: z.string().min(1).max(100).optional(),
  fromActivity: z.boolean().optional(),
});

/** What a job reports. */
const Outcome = z.strictObject({
  seconds: z.number().nonnegative(),
  rows: z.int().nonnegative().optional(),
  completed: z.boolean().default(true),
});

/** JSON writes a character as up to six. */
const QUESTION_BYTES = SCRIPT_LIMIT * 6 + 1024;
const OUTCOME_BYTES = 4096;
/** Longer than planning takes, shorter than a job waits. */
const ANSWER_MS = 12_000;

/**
 * `POST /v1/databases/<name>/explain` and `POST /v1/explanations/<id>/outcome`, for whoever holds the token.
 * 200, 204 · 400 malformed · 401 not proven · 404 unknown database or id · 409 reported before · 413 too large ·
 * 503 no verdict, ask again.
 */
export function registerGateRoutes(
  server: FastifyInstance,
  options: {
    readonly gate: Gate;
    /** Why a request is not answered, or null. */
    readonly refuse: (request: FastifyRequest) => string | null;
    readonly logger: Logger;
  },
): void {
  const { gate, refuse, logger } = options;
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    const refusal = refuse(request);
    if (refusal === null) return;
    logger.warn({ from: request.ip, refusal }, 'a question to the cost gate was refused');
    return await reply.code(401).send({ error: refusal });
  };

  server.post<{ Params: { name: string } }>(
    '/v1/databases/:name/explain',
    { bodyLimit: QUESTION_BYTES, onRequest },
    async (request, reply) => {
      const { name } = request.params;
      if (!gate.databases.includes(name))
        return reply.code(404).send({ error: 'No database of this name has a cost gate.' });
      const question = read(Question, request.body);
      if (typeof question === 'string') return reply.code(400).send({ error: question });
      try {
        return await gate.explain(name, question, AbortSignal.timeout(ANSWER_MS));
      } catch (error) {
        return unanswered(reply, error, logger);
      }
    },
  );

  server.post<{ Params: { id: string } }>(
    '/v1/explanations/:id/outcome',
    { bodyLimit: OUTCOME_BYTES, onRequest },
    async (request, reply) => {
      const outcome = read(Outcome, request.body);
      if (typeof outcome === 'string') return reply.code(400).send({ error: outcome });
      const { seconds, rows = null, completed } = outcome;
      try {
        const done = await gate.report(request.params.id, { seconds, rows, completed });
        if (done === 'recorded') return reply.code(204).send();
        return done === 'reported'
          ? reply.code(409).send({ error: 'This outcome was reported before; the first one stays.' })
          : reply.code(404).send({ error: 'There is no explanation of this id.' });
      } catch (error) {
        return unanswered(reply, error, logger);
      }
    },
  );
}

/** The body, or what is wrong with it. */
function read<T extends z.ZodType>(schema: T, body: unknown): z.output<T> | string {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.isBuffer(body) ? body.toString('utf8') : '');
  } catch {
    return 'The body is not JSON.';
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not of the expected form'}.`;
}

function unanswered(reply: FastifyReply, error: unknown, logger: Logger) {
  logger.warn({ err: loggableError(error) }, 'the cost gate gave no verdict');
  const { code, message, hint } = describeError(error);
  const told = isFirebreakError(error)
    ? `${message} ${hint}`
    : 'The cost gate gave no verdict; look at the log.';
  return reply.code(503).header('retry-after', '5').send({ error: told, code });
}
