import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { FirebreakError } from '../../../domain/errors.ts';
import { Frame } from './frame.ts';

/**
 * The frames of a recording, a JSON object on each line. A last line that was cut off, as by a killed drill, is left out.
 * @throws FirebreakError `bad-recording`.
 */
export async function readRecording(file: string): Promise<Frame[]> {
  const frames: Frame[] = [];
  let broken: number | null = null;
  let number = 0;
  try {
    for await (const line of createInterface({
      input: createReadStream(file),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      number += 1;
      if (broken !== null) throw bad(file, `line ${broken} is no frame`);
      const frame = frameOf(line);
      if (frame === null) broken = number;
      else frames.push(frame);
    }
  } catch (error) {
    if (error instanceof FirebreakError) throw error;
    throw bad(file, error instanceof Error ? error.message : String(error));
  }
  if (frames[0]?.base === undefined) throw bad(file, 'it does not begin with a whole frame');
  return frames;
}

function frameOf(line: string): Frame | null {
  try {
    return Frame.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function bad(file: string, why: string): FirebreakError {
  return new FirebreakError('bad-recording', `${file} is no recording: ${why}.`, {
    hint: 'Make one with: firebreak drill --auto --record incident.jsonl',
  });
}
