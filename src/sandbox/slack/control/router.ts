import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SandboxContext } from '../context.ts';
import { readBody, sendJson } from '../http-io.ts';
import { isJsonObject, type JsonObject, parseJson } from '../json.ts';
import { command } from './command.ts';
import { ControlError } from './control-error.ts';
import type { ControlRoute } from './control-route.ts';
import { action, replay } from './message-action.ts';
import { home, message, reaction } from './people.ts';
import { options, shortcut } from './shortcut.ts';
import { log, state, views } from './state.ts';
import {
  addFault,
  beginOutage,
  chooseConnections,
  clearFaults,
  connections,
  disconnect,
  endOutage,
  refuseSockets,
} from './trouble.ts';
import { viewAction, viewClose, viewSubmit } from './view-action.ts';

const ROUTES: readonly ControlRoute[] = [
  action,
  addFault,
  beginOutage,
  chooseConnections,
  clearFaults,
  command,
  connections,
  disconnect,
  endOutage,
  home,
  log,
  message,
  options,
  reaction,
  refuseSockets,
  replay,
  shortcut,
  state,
  viewAction,
  viewClose,
  viewSubmit,
  views,
];

async function inputOf(request: IncomingMessage, url: URL): Promise<JsonObject> {
  if (request.method !== 'POST') return Object.fromEntries(url.searchParams);
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) {
    throw new ControlError(415, 'Send JSON with content-type application/json.');
  }
  const body = parseJson((await readBody(request)).toString('utf8'));
  if (!isJsonObject(body)) throw new ControlError(400, 'The body is not a JSON object. Send one.');
  return body;
}

/** Answers a request of the control API, under `/_sandbox/<name>`. */
export async function handleControl(
  context: SandboxContext,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const name = url.pathname.slice('/_sandbox/'.length);
  const found = ROUTES.find((route) => route.name === name && route.method === request.method);
  try {
    if (found === undefined) throw new ControlError(404, `There is no ${request.method} /_sandbox/${name}.`);
    sendJson(response, 200, await found.handle(context, await inputOf(request, url)));
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    sendJson(response, error.status, { error: error.message });
  }
}
