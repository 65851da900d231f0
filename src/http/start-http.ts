import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { registerBreakerRoutes } from '../breaker/routes.ts';
import type { Config } from '../config/config.ts';
import { errorCodeOf, FirebreakError } from '../domain/errors.ts';
import type { Incident } from '../domain/incident.ts';
import type { Gate } from '../gate/gate.ts';
import { registerGateRoutes } from '../gate/routes.ts';
import { refuseBearer } from '../intake/authentication/bearer.ts';
import type { StoreAlerts } from '../intake/receive.ts';
import { registerAlertRoutes } from '../intake/routes.ts';
import type { Clock } from '../ports/clock.ts';
import type { Fetch } from '../ports/http.ts';
import type { State } from '../ports/state.ts';
import { closeWithin } from './close-within.ts';
import { type HealthParts, registerHealthRoutes } from './health-routes.ts';
import { createHttpServer } from './server.ts';

/** Milliseconds in which requests under way are still answered when Firebreak stops. */
const CLOSE_MS = 2_000;

interface HttpParts extends HealthParts {
  readonly state: State;
  readonly store: StoreAlerts;
  readonly gate: Gate;
  readonly openIncidents: () => Promise<readonly Incident[]>;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Listens for alerts, health checks, and what batch jobs ask: the cost gate, and whether the database bears them. Throws `port-taken`. */
export async function startHttp(
  config: Config,
  parts: HttpParts,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createHttpServer(config.http.tls, parts.logger);
  registerHealthRoutes(server, config, parts);
  const { state } = parts;
  registerAlertRoutes(server, {
    ...parts,
    sources: config.sources,
    keepLetter: async (letter) => state.deadLetters.keep(letter),
  });
  const { gateToken: token } = config;
  if (token !== null) {
    const refuse = ({ headers }: FastifyRequest) => refuseBearer([token], headers);
    registerGateRoutes(server, { ...parts, refuse });
    registerBreakerRoutes(server, { ...parts, databases: config.databases.map(({ name }) => name), refuse });
  }
  const { host, port } = config.http;
  try {
    const url = await server.listen({ host, port });
    return { url, close: async () => closeWithin(server, CLOSE_MS) };
  } catch (cause) {
    await server.close();
    if (errorCodeOf(cause) !== 'EADDRINUSE') throw cause;
    throw new FirebreakError('port-taken', `Port ${port} on ${host} is taken.`, {
      hint: 'Stop what listens there, or set http.port in firebreak.yml to another one.',
      cause,
    });
  }
}
