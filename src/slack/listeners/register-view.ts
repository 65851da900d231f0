import type { App } from '@slack/bolt';
import type { ListenerContext } from './context.ts';
import { sentenceModal } from './modal.ts';
import { readSubmission } from './submission.ts';
import { failureSentence } from './tell-error.ts';
import type { ViewAnswer, ViewListener } from './view-listener.ts';

/**
 * Registers a modal. It is acknowledged when what it decides is durable, as a click is; a failure is told in the modal,
 * because a submission comes from no channel in which it could be told.
 */
export function registerView(app: App, context: ListenerContext, listener: ViewListener): void {
  app.view({ callback_id: listener.id, type: 'view_submission' }, async ({ ack, body }) => {
    const answer = await answerTo(async () => listener.handle(context, readSubmission(body)), context);
    if (answer === 'close') await ack({ response_action: 'clear' });
    else if ('show' in answer) await ack({ response_action: 'update', view: answer.show });
    else await ack({ response_action: 'errors', errors: { ...answer.errors } });
  });
}

async function answerTo(handle: () => Promise<ViewAnswer>, context: ListenerContext): Promise<ViewAnswer> {
  try {
    return await handle();
  } catch (error) {
    return { show: sentenceModal('It did not work', failureSentence(context, error)) };
  }
}
