import { type SlackSandbox, startSlackSandbox } from '../../../src/sandbox/slack/server.ts';
import { slackManifest } from '../../../src/slack/manifest.ts';
import { CHANNEL } from '../channel.ts';

/** Who may decide everything. */
export const ANNA = 'U0ANNA';
/** Who may decide nothing, unless the configuration is changed. */
export const CHRIS = 'U0CHRIS';

/** A workspace with our own manifest, two people and the channel of the incidents. */
export async function startSlackOf(mode: 'socket' | 'http'): Promise<SlackSandbox> {
  return startSlackSandbox({
    manifest: slackManifest(mode === 'socket' ? { mode } : { mode, url: 'https://firebreak.example.com' }),
    users: [
      { id: ANNA, name: 'anna', realName: 'Anna' },
      { id: CHRIS, name: 'chris', realName: 'Chris' },
    ],
    channels: [{ id: CHANNEL, name: 'incidents', members: [ANNA, CHRIS] }],
  });
}
