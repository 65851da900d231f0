import { whyPassedBy } from './branch.ts';
import { currentAttempt, currentRun, type Incident, type StepAttempt } from './incident.ts';

/** What the engine has to do for an incident now. */
export type Next =
  | {
      readonly do: 'plan' | 'approve-by-runbook' | 'execute' | 'reconcile' | 'verify';
      readonly attempt: StepAttempt;
    }
  /** The step is for another cause than the one that was named. */
  | { readonly do: 'pass-by'; readonly attempt: StepAttempt; readonly reason: string }
  | { readonly do: 'complete-run' }
  /** A person asked for it. */
  | { readonly do: 'write-post-mortem'; readonly number: number }
  /** Nothing, until a person decides or an alert arrives. */
  | { readonly do: 'wait' };

/** The next piece of work, from the state alone: a restarted process goes on with exactly this. */
export function next(incident: Incident): Next {
  const asked = incident.postMortems.find(({ written }) => written === null);
  if (asked !== undefined) return { do: 'write-post-mortem', number: asked.number };
  const run = currentRun(incident);
  if (incident.status === 'closed' || run?.status !== 'running') return { do: 'wait' };
  if (run.position >= run.runbook.steps.length) return { do: 'complete-run' };
  const attempt = currentAttempt(incident);
  if (attempt === undefined) return { do: 'wait' };
  switch (attempt.status) {
    case 'planning': {
      const reason = attempt.plan === null ? whyPassedBy(incident, attempt) : null;
      return reason === null ? { do: 'plan', attempt } : { do: 'pass-by', attempt, reason };
    }
    case 'awaiting':
      return attempt.step.confirm === 'none' ? { do: 'approve-by-runbook', attempt } : { do: 'wait' };
    case 'approved':
      return { do: 'execute', attempt };
    case 'executing':
      return { do: 'reconcile', attempt };
    case 'verifying':
      return { do: 'verify', attempt };
    case 'attention':
    case 'passed':
    case 'accepted':
    case 'skipped':
    case 'aborted':
      return { do: 'wait' };
  }
}
