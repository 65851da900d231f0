import type { FastifyInstance } from 'fastify';

/**
 * Takes no new connection, lets requests under way be answered, then cuts what is left after so many milliseconds: its
 * sender sends again.
 */
export async function closeWithin(server: FastifyInstance, ms: number): Promise<void> {
  const timer = setTimeout(() => server.server.closeAllConnections(), ms);
  try {
    await server.close();
  } finally {
    clearTimeout(timer);
  }
}
