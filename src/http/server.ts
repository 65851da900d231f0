import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server, ServerOptions } from 'node:https';
import { createSecureContext, type TLSSocket } from 'node:tls';
import Fastify, { type FastifyInstance } from 'fastify';
import { FirebreakError, loggableError } from '../domain/errors.ts';
import { BODY_LIMIT } from '../intake/routes.ts';
import type { Logger } from '../ports/logger.ts';

/** Files in PEM. */
export interface TlsFiles {
  /** The certificate, and those between it and the root. */
  readonly certificate: string;
  readonly key: string;
  /** Authorities of client certificates; when given, everything but health needs such a certificate. */
  readonly clientAuthorities?: string | undefined;
}

/** How often the files are looked at: a certificate is renewed days before it is over. */
const LOOK_MS = 2_000;

/** What load balancers and probes ask, which have no certificate. */
const HEALTH = /^\/(?:healthz|readyz)(?:\?|$)/;

/**
 * A server that does not listen yet, over TLS when files are given. Changed files are read again without a restart; what
 * cannot be used is logged, and the last good files stay. Throws `bad-config` when they cannot be used at the start.
 */
export function createHttpServer(tls: TlsFiles | undefined, logger: Logger): FastifyInstance {
  const options = { bodyLimit: BODY_LIMIT, forceCloseConnections: 'idle' } as const;
  if (tls === undefined) return Fastify(options);
  // Routes do not care what carries them; their types do.
  const server = Fastify({ ...options, https: readAtStart(tls) }) as unknown as FastifyInstance;
  if (tls.clientAuthorities !== undefined) {
    server.addHook('onRequest', async (request, reply) => {
      if ((request.raw.socket as TLSSocket).authorized || HEALTH.test(request.url)) return;
      logger.warn({ from: request.ip }, 'a request without a trusted client certificate was refused');
      return await reply.code(403).send({ error: 'A client certificate of a trusted authority is needed.' });
    });
  }
  const renew = () => {
    try {
      (server.server as Server).setSecureContext(readFiles(tls));
      logger.info({ certificate: tls.certificate }, 'TLS files read again');
    } catch (error) {
      logger.error(
        { err: loggableError(error) },
        'changed TLS files cannot be used; the last good ones stay',
      );
    }
  };
  const files = [tls.certificate, tls.key, tls.clientAuthorities].filter((file) => file !== undefined);
  for (const file of files) watchFile(file, { interval: LOOK_MS, persistent: false }, renew);
  server.addHook('onClose', async () => {
    for (const file of files) unwatchFile(file, renew);
  });
  return server;
}

function readFiles({ certificate, key, clientAuthorities }: TlsFiles): ServerOptions {
  const common = { cert: readFileSync(certificate), key: readFileSync(key) };
  if (clientAuthorities === undefined) return common;
  // Who has none is refused by the hook above, with words.
  return { ...common, ca: readFileSync(clientAuthorities), requestCert: true, rejectUnauthorized: false };
}

function readAtStart(files: TlsFiles): ServerOptions {
  try {
    const options = readFiles(files);
    createSecureContext(options);
    return options;
  } catch (cause) {
    throw new FirebreakError('bad-config', 'The TLS files of http.tls cannot be used.', {
      hint: 'certificate and key are PEM files that belong together, readable by the user of the process.',
      cause,
    });
  }
}
