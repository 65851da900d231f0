import { z } from 'zod';
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

const reason = z.enum(['refresh_requested', 'warning', 'kill']);

/** `POST /_sandbox/disconnect`: drops the Socket Mode connections. */
export const disconnect = route('POST', 'disconnect', z.strictObject({ reason }), (context, given) => ({
  ok: true,
  connections: context.sockets.disconnect(given.reason),
}));
