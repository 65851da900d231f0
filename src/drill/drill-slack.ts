import { createWriteStream } from 'node:fs';
import { parse } from 'yaml';
import { type SlackSandbox, startSlackSandbox } from '../sandbox/slack/server.ts';
import { manifestYaml } from '../slack/manifest.ts';
import { channel, people } from './people.ts';

/** The sandbox of Slack with the people of the drill, all of them in the incident channel; recorded into a file where one is named. */
export async function startDrillSlack(port: number, recordTo?: string): Promise<SlackSandbox> {
  const slack = await startSlackSandbox({
    port,
    manifest: parse(manifestYaml('socket')),
    users: people.map(({ id, name, realName }) => ({ id, name, realName })),
    channels: [{ ...channel, members: people.map(({ id }) => id) }],
  });
  return recordTo === undefined ? slack : recorded(slack, recordTo);
}

/** Writes every change of the page as a line; the file is whole when the sandbox has stopped. */
function recorded(slack: SlackSandbox, file: string): SlackSandbox {
  const out = createWriteStream(file, { mode: 0o600 });
  const end = slack.record((frame) => void out.write(`${JSON.stringify(frame)}\n`));
  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    end();
    await Promise.all([new Promise<void>((resolve) => out.end(resolve)), slack.stop()]);
  }
  const stopOnce = async () => (stopping ??= stop());
  return { ...slack, stop: stopOnce, [Symbol.asyncDispose]: stopOnce };
}
