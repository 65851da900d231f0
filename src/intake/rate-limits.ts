import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AlertSource } from './alert-source.ts';
import type { Limits } from './receive.ts';

/** Requests without proof, of one address to one source, that are told why in a minute; more are told to wait. */
const MOST_UNPROVEN = 60;
const MINUTE_MS = 60_000;

type Limiter = ReturnType<FastifyInstance['createRateLimit']>;

/** Counts the requests of each source, in this process: what is proven by source, what is not by source and address. */
export function createLimits(
  server: FastifyInstance,
  sources: ReadonlyMap<string, AlertSource>,
): (request: FastifyRequest, source: string) => Limits {
  const proven = new Map(
    [...sources.values()].flatMap(({ name, rateLimit }) =>
      rateLimit === null
        ? []
        : [
            [
              name,
              server.createRateLimit({
                max: rateLimit.requests,
                timeWindow: rateLimit.seconds * 1_000,
                keyGenerator: () => name,
              }),
            ] as const,
          ],
    ),
  );
  const unproven = new Map(
    [...sources.keys()].map((name) => [
      name,
      server.createRateLimit({ max: MOST_UNPROVEN, timeWindow: MINUTE_MS }),
    ]),
  );
  return (request, source) => ({
    proven: async () => waitOf(proven.get(source), request),
    unproven: async () => waitOf(unproven.get(source), request),
  });
}

async function waitOf(limiter: Limiter | undefined, request: FastifyRequest): Promise<number | null> {
  if (limiter === undefined) return null;
  const result = await limiter(request);
  return result.isAllowed || !result.isExceeded ? null : Math.max(1, result.ttlInSeconds);
}
