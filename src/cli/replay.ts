import { Command, InvalidArgumentError } from 'commander';
import { openPage } from '../drill/open-page.ts';
import { readRecording } from '../sandbox/slack/recording/read-recording.ts';
import { startReplay } from '../sandbox/slack/recording/replay-server.ts';
import { onStopSignal } from './stop-signal.ts';

const EXAMPLES = `
Examples:
  $ firebreak drill --auto --record incident.jsonl
  $ firebreak replay incident.jsonl --open --speed 16`;

interface Options {
  readonly port: number;
  readonly speed: number;
  readonly open?: true;
}

/** `firebreak replay FILE`: shows the incident channel of a recorded drill as people saw it. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('Show the incident channel of a recorded drill in a browser.')
    .argument('<file>', 'what "firebreak drill --record" wrote')
    .option('--port <port>', 'port of the page; a free one by default', number(0, 65_535), 0)
    .option('--speed <factor>', 'how fast time goes', number(0.1, 1000), 4)
    .option('--open', 'open the page in a browser')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, { port, speed, open }: Options) => {
      const frames = await readRecording(file);
      await using replay = await startReplay(frames, { port, speed });
      const page = `${replay.url}/?follow=1`;
      process.stdout.write(`The recording is at ${page} (Ctrl-C ends it)\n`);
      if (open === true) await openPage(page);
      await new Promise<void>((resolve) => void onStopSignal(() => resolve()));
    });
}

function number(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a number from ${least} to ${most}.`);
  };
}
