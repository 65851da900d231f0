import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { FirebreakError } from '../../domain/errors.ts';
import type { OnCallSource, Tools } from './contract.ts';

/** A file that a person, or a job, keeps. */
export interface OnCallFile {
  readonly type: 'file';
  readonly path: string;
}

const Instant = z.iso.datetime({ offset: true, error: 'expected a time such as 2026-11-15T09:00:00Z' });

const Shifts = z.strictObject({
  onCall: z.array(
    z.strictObject({
      name: z.string().min(1),
      email: z.string().optional(),
      slack: z
        .string()
        .regex(/^[UW][A-Z0-9]{2,}$/, 'expected a Slack user id such as U0123ABCD')
        .optional(),
      from: Instant.optional(),
      until: Instant.optional(),
    }),
  ),
});

/** Reads the file anew each time: it is small, and a mounted ConfigMap changes behind a link. */
export function fileOnCall({ path }: OnCallFile, { clock }: Pick<Tools, 'clock'>): OnCallSource {
  return {
    async now() {
      const { onCall } = parse(await read(path), path);
      const now = clock.now().getTime();
      return onCall
        .filter(({ from }) => from === undefined || Date.parse(from) <= now)
        .filter(({ until }) => until === undefined || now < Date.parse(until))
        .map(({ name, email = null, slack = null, until = null }) => ({
          name,
          email,
          slackId: slack,
          until,
        }));
    },
  };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new FirebreakError('on-call-unreachable', `The on-call file ${path} cannot be read.`, {
      hint: 'Put it there, and let the user of the process read it.',
      cause,
    });
  }
}

/** Times stay text, so that a YAML timestamp and a JSON string are the same. */
function parse(text: string, path: string): z.infer<typeof Shifts> {
  const document = parseDocument(text, { schema: 'core' });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const [start] = broken.linePos ?? [];
    throw wrong(`${path}:${start?.line ?? 1}:${start?.col ?? 1}: the YAML cannot be read`);
  }
  const parsed = Shifts.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw wrong(`${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'is wrong'}`);
}

function wrong(message: string): FirebreakError {
  return new FirebreakError('on-call-error', message, {
    hint: 'Its form is in docs/people.md. Until it is mended nobody counts as on call.',
  });
}
