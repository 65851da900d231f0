import { z } from 'zod';
import type { SandboxContext } from '../context.ts';
import type { JsonObject } from '../json.ts';
import { ControlError } from './control-error.ts';

/** One request of the control API. `input` is the JSON body of a POST, else the query. */
export interface ControlRoute {
  method: 'GET' | 'POST' | 'DELETE';
  /** The last part of the path, after `/_sandbox/`. */
  name: string;
  handle(context: SandboxContext, input: JsonObject): unknown;
}

/** Defines a route whose input is checked first; a wrong one is refused with a sentence. */
export function route<Input>(
  method: ControlRoute['method'],
  name: string,
  schema: z.ZodType<Input>,
  handle: (context: SandboxContext, input: Input) => unknown,
): ControlRoute {
  return {
    method,
    name,
    handle(context, given) {
      const parsed = schema.safeParse(given);
      if (parsed.success) return handle(context, parsed.data);
      throw new ControlError(400, `The request is not complete: ${z.prettifyError(parsed.error)}`);
    },
  };
}
