import type { SandboxContext } from './context.ts';
import { ApiError } from './web-api/api-error.ts';
import { Args } from './web-api/args.ts';
import { postAsBot } from './web-api/methods/chat-post-message.ts';

/** Posts the scheduled messages whose time has come. One that Slack would refuse by then is dropped. */
export function postDueMessages(context: SandboxContext): void {
  const { scheduled } = context.workspace;
  for (const message of scheduled.values()) {
    if (message.postAt * 1000 > context.workspace.now()) continue;
    scheduled.delete(message.id);
    try {
      postAsBot({ context, args: new Args(message.args) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
}
