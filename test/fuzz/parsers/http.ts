import fc from 'fast-check';
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { pino } from 'pino';
import { Secret } from '../../../src/domain/secret.ts';
import type { Gate } from '../../../src/gate/gate.ts';
import { registerGateRoutes } from '../../../src/gate/routes.ts';
import { refuseBearer } from '../../../src/intake/authentication/bearer.ts';
import { BODY_LIMIT, registerAlertRoutes } from '../../../src/intake/routes.ts';
import { recorded } from '../../intake/sources/recorded.ts';
import { anyBytes, changedBytes, changedJson, ODD_TEXTS } from '../mutate.ts';
import { defineParser, demand } from '../parser.ts';

const TOKEN = 'token-of-the-jobs';
const logger = pino({ level: 'silent' });
const headerText = fc.constantFrom(...ODD_TEXTS.map((text) => text.replaceAll(/[^\x20-\x7e]/g, '')), TOKEN);
const authorization = fc.oneof(
  { weight: 4, arbitrary: fc.constant(`Bearer ${TOKEN}`) },
  { weight: 2, arbitrary: headerText.map((text) => `Bearer ${text}`) },
  { weight: 1, arbitrary: headerText },
);
const path = (good: readonly string[]) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...good) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...ODD_TEXTS)
        .map((text) => `${good[0]}${encodeURIComponent(text.toWellFormed())}`),
    },
  );

interface Request {
  readonly url: string;
  readonly authorization: string;
  readonly type: string;
  readonly body: Buffer;
}

const isProven = ({ authorization: given }: Request) => /^Bearer (.+)$/i.exec(given)?.[1] === TOKEN;

/** The door of alerts, over HTTP: nothing is stored for whoever proves nothing, and nothing is answered with a crash. */
export const alertDoor = defineParser<Request>({
  name: 'http:alerts',
  share: 20,
  async open() {
    const server = Fastify({ bodyLimit: BODY_LIMIT });
    let stored = 0;
    registerAlertRoutes(server, {
      sources: [
        {
          name: 'am',
          format: 'alertmanager',
          authentication: { way: 'bearer', keys: [new Secret(TOKEN)] },
          rateLimit: null,
        },
      ],
      store: async (alerts) => {
        stored += alerts.length;
        return { stored: alerts.length, repeated: 0 };
      },
      fetch: async () => Promise.reject(new Error('nothing is fetched')),
      clock: { now: () => new Date(), steady: () => performance.now(), sleep: async () => undefined },
      logger,
    });
    await server.ready();
    const body = fc.oneof(
      changedJson(recorded('alertmanager-firing').toString('utf8')).map((text) => Buffer.from(text)),
      changedBytes(recorded('alertmanager-firing')),
      anyBytes,
    );
    return {
      inputs: requests(path(['/alerts/am']), body),
      async check(request) {
        stored = 0;
        const status = await send(server, request);
        demand(status < 500, `It answered ${status}.`);
        demand(stored === 0 || isProven(request), 'An alert of somebody who proved nothing was stored.');
        demand((status === 202) === stored > 0, `It answered ${status} and stored ${stored}.`);
        return status === 202;
      },
      close: async () => server.close(),
    };
  },
});

/** The door of the cost gate, over HTTP: what reaches the gate has its form, and was asked by somebody with the token. */
export const gateDoor = defineParser<Request>({
  name: 'http:gate',
  share: 20,
  async open() {
    const server = Fastify();
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    const asked: unknown[] = [];
    registerGateRoutes(server, {
      gate: gateThatNotes(asked),
      refuse: ({ headers }) => refuseBearer([new Secret(TOKEN)], headers),
      logger,
    });
    await server.ready();
    const question = JSON.stringify({
      sql: 'select * from orders',
      place: 'replica',
      maxCost: 1e6,
      maxSeconds: 30,
      job: 'report',
      fromActivity: true,
    });
    const outcome = JSON.stringify({ seconds: 1.5, rows: 20, completed: true });
    const body = fc
      .oneof(changedJson(question), changedJson(outcome), fc.constantFrom(question, outcome))
      .map((text) => Buffer.from(text));
    return {
      inputs: requests(
        path(['/v1/databases/orders/explain', '/v1/explanations/EXP-1/outcome']),
        fc.oneof(body, changedBytes(Buffer.from(question)), anyBytes),
      ),
      async check(request) {
        asked.length = 0;
        const status = await send(server, request);
        demand(status < 500, `It answered ${status}.`);
        demand(asked.length === 0 || isProven(request), 'The gate answered somebody without the token.');
        demand(asked.every(isSound), `The gate was asked ${JSON.stringify(asked)}`);
        return status < 300;
      },
      close: async () => server.close(),
    };
  },
});

/** The port of the gate, which only notes what reaches it. */
function gateThatNotes(asked: unknown[]): Gate {
  return {
    databases: ['orders'],
    calibration: async () => Promise.reject(new Error('No job asks for that.')),
    async explain(_database, request) {
      asked.push(request);
      return {} as Awaited<ReturnType<Gate['explain']>>;
    },
    async report(_id, outcome) {
      asked.push(outcome);
      return 'recorded';
    },
  };
}

function isSound(asked: unknown): boolean {
  const given = asked as Record<string, unknown>;
  if ('sql' in given)
    return (
      typeof given.sql === 'string' &&
      given.sql !== '' &&
      (given.place === 'primary' || given.place === 'replica')
    );
  return (
    typeof given.seconds === 'number' &&
    given.seconds >= 0 &&
    Number.isFinite(given.seconds) &&
    typeof given.completed === 'boolean'
  );
}

function requests(url: fc.Arbitrary<string>, body: fc.Arbitrary<Buffer>): fc.Arbitrary<Request> {
  const type = fc.constantFrom(
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'a/b; charset=utf-7',
    '',
  );
  return fc.record({ url, authorization, type, body });
}

async function send(
  server: FastifyInstance,
  { url, authorization: proof, type, body }: Request,
): Promise<number> {
  const headers = { authorization: proof, ...(type === '' ? {} : { 'content-type': type }) };
  const options: InjectOptions = { method: 'POST', url, headers, payload: body };
  return (await server.inject(options)).statusCode;
}
