import type { ServerResponse } from 'node:http';
import type { SandboxContext } from '../context.ts';
import { shownStack } from './state.ts';

/** The open event streams of pages. */
export class Streams {
  readonly #open = new Set<ServerResponse>();

  /** Makes a response an event stream: the present version and open modals at once, then every change. */
  open(context: SandboxContext, response: ServerResponse): void {
    const { changes, stacks } = context.workspace;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const tell = (event: string, data: unknown) => {
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    };
    const tellViews = (user: string) => tell('view', { user, stack: shownStack(context, user) });
    tell('change', { version: changes.version });
    for (const [user, stack] of stacks) if (stack.length > 0) tellViews(user);
    const stop = changes.listen({
      changed: (version) => tell('change', { version }),
      viewsChanged: tellViews,
    });
    this.#open.add(response);
    response.on('close', () => {
      stop();
      this.#open.delete(response);
    });
  }

  /** Ends all streams. */
  close(): void {
    for (const response of this.#open) response.end();
  }
}
