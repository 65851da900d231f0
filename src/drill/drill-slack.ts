import { parse } from 'yaml';
import { type SlackSandbox, startSlackSandbox } from '../sandbox/slack/server.ts';
import { manifestYaml } from '../slack/manifest.ts';
import { channel, people } from './people.ts';

/** The sandbox of Slack with the people of the drill, all of them in the incident channel. */
export async function startDrillSlack(port: number): Promise<SlackSandbox> {
  return await startSlackSandbox({
    port,
    manifest: parse(manifestYaml('socket')),
    users: people.map(({ id, name, realName }) => ({ id, name, realName })),
    channels: [{ ...channel, members: people.map(({ id }) => id) }],
  });
}
