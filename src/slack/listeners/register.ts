import type { App } from '@slack/bolt';
import type { ActionListener } from './action-listener.ts';
import { chargeHandOver } from './actions/charge-hand-over.ts';
import { chargeTake } from './actions/charge-take.ts';
import { doctorClick } from './actions/doctor-click.ts';
import { followUpAdd } from './actions/follow-up-add.ts';
import { followUpEdit } from './actions/follow-up-edit.ts';
import { incidentClose } from './actions/incident-close.ts';
import { incidentExplain } from './actions/incident-explain.ts';
import { incidentWhyNot } from './actions/incident-why-not.ts';
import { liveAgain } from './actions/live-again.ts';
import { postmortemWrite } from './actions/postmortem-write.ts';
import { preventionStart } from './actions/prevention-start.ts';
import { respondersAdd } from './actions/responders-add.ts';
import { stepAbort } from './actions/step-abort.ts';
import { stepBack } from './actions/step-back.ts';
import { stepBreakGlass } from './actions/step-break-glass.ts';
import { stepChoice } from './actions/step-choice.ts';
import { stepContinue } from './actions/step-continue.ts';
import { stepRetry } from './actions/step-retry.ts';
import { stepRun } from './actions/step-run.ts';
import { stepSkip } from './actions/step-skip.ts';
import { stepStatement } from './actions/step-statement.ts';
import { stepTargets } from './actions/step-targets.ts';
import { stepWithdraw } from './actions/step-withdraw.ts';
import { triageStartButton } from './actions/triage-start.ts';
import { watchdogStart } from './actions/watchdog-start.ts';
import { watchdogStop } from './actions/watchdog-stop.ts';
import type { ButtonListener } from './button-listener.ts';
import { readClick } from './click.ts';
import { appHomeOpened } from './events/app-home-opened.ts';
import { appMention } from './events/app-mention.ts';
import { registerView } from './register-view.ts';
import { createRepeats } from './repeats.ts';
import { say } from './say.ts';
import type { ShortcutListener } from './shortcut-listener.ts';
import { alertTriage } from './shortcuts/alert-triage.ts';
import { noteAdd } from './shortcuts/note-add.ts';
import { triageStart } from './shortcuts/triage-start.ts';
import { dbTriage } from './slash-commands/db-triage.ts';
import type { TypingContext } from './subcommand.ts';
import { tellMessage } from './tell.ts';
import type { ViewListener } from './view-listener.ts';
import { chargeHandOverView } from './views/charge-hand-over.ts';
import { followUpAddView } from './views/follow-up-add.ts';
import { followUpEditView } from './views/follow-up-edit.ts';
import { noteAddView } from './views/note-add.ts';
import { respondersAddView } from './views/responders-add.ts';
import { stepBreakGlassView } from './views/step-break-glass.ts';
import { stepTargetsView } from './views/step-targets.ts';
import { triageStartView } from './views/triage-start.ts';

/** Every element that can be clicked. */
export const actionListeners: readonly ActionListener[] = [
  chargeHandOver,
  chargeTake,
  incidentClose,
  incidentExplain,
  incidentWhyNot,
  respondersAdd,
  postmortemWrite,
  stepAbort,
  stepBack,
  stepBreakGlass,
  stepChoice,
  stepContinue,
  stepRetry,
  stepRun,
  stepSkip,
  stepStatement,
  stepTargets,
  stepWithdraw,
];
/** Every modal that can be submitted. */
export const viewListeners: readonly ViewListener[] = [
  chargeHandOverView,
  respondersAddView,
  stepBreakGlassView,
  stepTargetsView,
  noteAddView,
  followUpAddView,
  followUpEditView,
  triageStartView,
];
/** Every button that is on no card of an incident. */
export const buttonListeners: readonly ButtonListener[] = [
  doctorClick,
  followUpAdd,
  followUpEdit,
  liveAgain,
  preventionStart,
  triageStartButton,
  watchdogStart,
  watchdogStop,
];
/** Every shortcut, of the workspace and of messages. */
export const shortcutListeners: readonly ShortcutListener[] = [alertTriage, noteAdd, triageStart];
/** Every slash command. */
export const commandListeners = [dbTriage] as const;
/** Every event that Slack sends. */
export const eventListeners = [appHomeOpened, appMention] as const;

/**
 * Registers every listener. A click or command is acknowledged when what it decides is durable, as an alert is:
 * Slack delivers nothing again that was acknowledged, so a process that died in between would lose the click without
 * a word. After 3 seconds without it Slack shows a warning beside the button, the person clicks again, and is told
 * what became of the first click.
 */
export function registerListeners(app: App, context: TypingContext): void {
  app.use(async ({ body, next }) => {
    context.arrivals.note(body);
    await next();
  });
  for (const { id, handle } of actionListeners) {
    app.action(id, async ({ ack, body }) => {
      if (handle === null) return await ack();
      const click = readClick(body);
      const said = await handle(context, click, async () => ack());
      await ack();
      if (said !== null) {
        await tellMessage(context, click.whereabouts, typeof said === 'string' ? say(said) : said);
      }
    });
  }
  for (const listener of viewListeners) registerView(app, context, listener);
  for (const listener of buttonListeners) {
    app.action(listener.id, async ({ ack, body }) => listener.handle(context, body, async () => ack()));
  }
  for (const listener of shortcutListeners) {
    app.shortcut(listener.id, async ({ ack, body }) => listener.handle(context, body, async () => ack()));
  }
  for (const listener of commandListeners) {
    app.command(listener.id, async ({ ack, body }) => {
      await listener.handle(context, body, async () => ack());
    });
  }
  const repeated = createRepeats();
  for (const listener of eventListeners) {
    app.event(listener.id, async ({ event, body }) => {
      if (!repeated(body.event_id)) await listener.handle(context, event);
    });
  }
}
