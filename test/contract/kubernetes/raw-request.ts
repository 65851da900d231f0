import http from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';

/** A request as it goes over the wire, without the client library between. */
export interface RawRequest {
  method?: string;
  path: string;
  body?: string | object;
  type?: string;
  as?: 'admin' | 'limited' | 'anonymous';
  token?: string;
  agent?: string;
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  code: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  /** The body as JSON; an empty object when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: assertions name the paths that they expect
  json: any;
}

/** Sends one request with the credentials of a kubeconfig, or with none, and reads the whole answer. */
export async function sendRaw(config: KubeConfig, request: RawRequest): Promise<RawAnswer> {
  const server = new URL(config.getCurrentCluster()?.server ?? '');
  const body = typeof request.body === 'object' ? JSON.stringify(request.body) : (request.body ?? '');
  const options: https.RequestOptions = {
    method: request.method ?? 'GET',
    headers: {
      accept: 'application/json',
      'content-type': request.type ?? 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(request.agent === undefined ? {} : { 'user-agent': request.agent }),
    },
  };
  await config.applyToHTTPSOptions(options);
  const headers = { ...(options.headers as http.OutgoingHttpHeaders) };
  const anonymous = request.as === 'anonymous' || request.token !== undefined;
  const tls = { ca: options.ca, rejectUnauthorized: options.rejectUnauthorized };
  if (anonymous) delete headers.Authorization;
  if (request.token !== undefined) headers.Authorization = `Bearer ${request.token}`;
  const target = `${server.origin}${request.path}`;
  const all = {
    method: options.method,
    ...(anonymous ? tls : options),
    agent: false,
    headers,
  } as https.RequestOptions;
  return new Promise((resolve, reject) => {
    const sent = (server.protocol === 'https:' ? https : http).request(target, all, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () =>
        resolve({ code: answer.statusCode ?? 0, headers: answer.headers, text, json: parse(text) }),
      );
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
