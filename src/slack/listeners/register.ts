import type { App } from '@slack/bolt';
import type { ActionListener } from './action-listener.ts';
import { incidentClose } from './actions/incident-close.ts';
import { stepAbort } from './actions/step-abort.ts';
import { stepBack } from './actions/step-back.ts';
import { stepChoice } from './actions/step-choice.ts';
import { stepContinue } from './actions/step-continue.ts';
import { stepRetry } from './actions/step-retry.ts';
import { stepRun } from './actions/step-run.ts';
import { stepSkip } from './actions/step-skip.ts';
import { stepTargets } from './actions/step-targets.ts';
import { readClick } from './click.ts';
import { dbTriage } from './commands/db-triage.ts';
import type { ListenerContext } from './context.ts';
import { appMention } from './events/app-mention.ts';
import { createRepeats } from './repeats.ts';

/** Every element that can be clicked. */
export const actionListeners: readonly ActionListener[] = [
  incidentClose,
  stepAbort,
  stepBack,
  stepChoice,
  stepContinue,
  stepRetry,
  stepRun,
  stepSkip,
  stepTargets,
];
/** Every slash command. */
export const commandListeners = [dbTriage] as const;
/** Every event that Slack sends. */
export const eventListeners = [appMention] as const;

/** Registers every listener. Each acknowledges first: Slack waits 3 seconds, and the work may take longer. */
export function registerListeners(app: App, context: ListenerContext): void {
  for (const { id, handle } of actionListeners) {
    app.action(id, async ({ ack, body }) => {
      await ack();
      if (handle !== null) await handle(context, readClick(body));
    });
  }
  for (const listener of commandListeners) {
    app.command(listener.id, async ({ ack, body }) => {
      await ack();
      await listener.handle(context, body);
    });
  }
  const repeated = createRepeats();
  for (const listener of eventListeners) {
    app.event(listener.id, async ({ event, body }) => {
      if (!repeated(body.event_id)) await listener.handle(context, event);
    });
  }
}
