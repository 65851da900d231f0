import { z } from 'zod';
import { disconnection, disconnectReason } from '../delivery/disconnection.ts';
import { outageKind } from '../outage.ts';
import { fault } from '../web-api/faults.ts';
import { route } from './control-route.ts';

/** `POST /_sandbox/faults`: makes the next matching Web API calls fail or hang. */
export const addFault = route('POST', 'faults', fault, (context, given) => {
  context.faults.add(given);
  return { ok: true };
});

/** `DELETE /_sandbox/faults`: forgets the faults that have not happened. */
export const clearFaults = route('DELETE', 'faults', z.looseObject({}), (context) => {
  context.faults.clear();
  return { ok: true };
});

/** `GET /_sandbox/connections`: the numbers of the open Socket Mode connections, in the order in which they were opened. */
export const connections = route('GET', 'connections', z.looseObject({}), (context) => ({
  numbers: context.sockets.numbers,
}));

/**
 * `POST /_sandbox/connections`: Slack sends each payload to one connection of its choosing; this makes the choice for
 * what follows. Without numbers they take turns again.
 */
export const chooseConnections = route(
  'POST',
  'connections',
  z.strictObject({ numbers: z.array(z.int()) }),
  (context, { numbers }) => {
    context.sockets.choose(numbers);
    return { ok: true };
  },
);

/** `POST /_sandbox/disconnect`: ends Socket Mode connections. */
export const disconnect = route('POST', 'disconnect', disconnection, (context, given) => ({
  ok: true,
  connections: context.sockets.disconnect(given),
}));

const refused = z.strictObject({ reason: disconnectReason, times: z.int().min(1) });

/** `POST /_sandbox/refuse-sockets`: the next connections are told to go as soon as they are made. */
export const refuseSockets = route('POST', 'refuse-sockets', refused, (context, { reason, times }) => {
  context.sockets.refuseNext(reason, times);
  return { ok: true };
});

/** `POST /_sandbox/outage`: Slack is away until the outage is deleted. */
export const beginOutage = route('POST', 'outage', outageKind, (context, kind) => {
  context.outage.begin(kind);
  if (kind.sockets) context.sockets.disconnect({ reason: 'kill', which: 'all', closeAfterMs: 0 });
  return { ok: true };
});

/** `DELETE /_sandbox/outage`: Slack is back. */
export const endOutage = route('DELETE', 'outage', z.looseObject({}), (context) => ({
  ok: true,
  requests: context.outage.end(),
}));
