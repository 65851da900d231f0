import { type SlackSandbox, startSlackSandbox } from '../../../src/sandbox/slack/server.ts';
import { slackManifest } from '../../../src/slack/manifest.ts';
import { CHANNEL } from '../channel.ts';

/** Who may decide everything. */
export const ANNA = 'U0ANNA';
/** Who may decide nothing, unless the configuration is changed. */
export const CHRIS = 'U0CHRIS';
/** Two more members, a guest of the workspace, and somebody of another one. */
export const BEN = 'U0BEN';
export const DANA = 'U0DANA';
export const GUEST = 'U0GUEST';
export const STRANGER = 'U0STRANGER';

/** A workspace with our own manifest, a few people and the channel of the incidents. */
export async function startSlackOf(mode: 'socket' | 'http'): Promise<SlackSandbox> {
  return startSlackSandbox({
    manifest: slackManifest(mode === 'socket' ? { mode } : { mode, url: 'https://firebreak.example.com' }),
    users: [
      { id: ANNA, name: 'anna', realName: 'Anna' },
      { id: CHRIS, name: 'chris', realName: 'Chris' },
      { id: BEN, name: 'ben', realName: 'Ben' },
      { id: DANA, name: 'dana', realName: 'Dana' },
      { id: GUEST, name: 'gus', realName: 'Gus', isGuest: true },
      { id: STRANGER, name: 'eve', realName: 'Eve', teamId: 'T0OTHER' },
    ],
    channels: [{ id: CHANNEL, name: 'incidents', members: [ANNA, CHRIS, BEN, DANA, GUEST, STRANGER] }],
  });
}
