import { defineCheck, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

export const check = defineCheck({
  id: 'click',
  kind: 'slack',
  title: 'Click path',
  purpose: 'Prove the whole way of a click, from a finger through Slack to a running Firebreak.',
  without: 'Everything looks well, and no decision arrives when it counts.',
  check({ click, arrivals }) {
    if (click?.pressed === true) return ok(click.text);
    if (click !== null)
      return {
        status: 'missing',
        found: click.text,
        remedy: inWords(
          'Was it pressed? Then: is "firebreak serve" running with this app; is "Interactivity" on in the app (with the request URL in http mode); is Socket Mode on; does a firewall between Slack and Firebreak let it through?',
        ),
      };
    if (arrivals?.click != null)
      return ok(`a click arrived at ${arrivals.click.slice(0, 16).replace('T', ' ')} UTC`);
    return {
      status: 'unknown',
      found: 'not tried; "firebreak doctor --click" posts a button for you to press',
    };
  },
});
