import { WatchdogValue } from '../blocks/watchdog-buttons.ts';
import type { ButtonListener } from './button-listener.ts';
import { readPress } from './press.ts';
import { tell } from './tell.ts';

/** A button that stops a policy of the watchdog, or starts it again; acknowledged when that is durable. */
export function switchListener(id: string, to: 'stopped' | 'running', said: string): ButtonListener {
  return {
    id,
    async handle(context, body, acknowledge) {
      const press = readPress(body);
      const identified = await context.people.identify(press.by);
      if (identified.status === 'stranger') {
        await acknowledge();
        return await tell(context, press.whereabouts, identified.message);
      }
      const { policy } = press.value(WatchdogValue);
      const click = press.id === undefined ? {} : { click: press.id };
      const refused = await context.watchdog.switch({ policy, to, by: identified.person, ...click });
      await acknowledge();
      await tell(context, press.whereabouts, refused ?? `Watchdog policy ${policy} ${said}`);
    },
  };
}
