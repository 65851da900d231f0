import type { z } from 'zod';
import type { Problem } from './problems.ts';
import type { Path, Source } from './source.ts';
import { withoutSecrets } from './without-secrets.ts';

/** Zod's issues as problems with positions: an unknown key stands at the key, the rest at the value or around it. */
export function issuesToProblems(
  source: Source,
  issues: readonly z.core.$ZodIssue[],
  prefix: Path = [],
): Problem[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) =>
        source.problemAtKey(path, key, `found the unknown key "${withoutSecrets(key)}"${where(path)}`),
      );
    }
    return [source.problemAt(path, `${found(source, issue, path)}: ${issue.message}`)];
  });
}

/** A union stands where a secret is referred to; what is there instead is often the secret, so it is not repeated. */
function found(source: Source, issue: z.core.$ZodIssue, path: Path): string {
  const text = source.textAt(path);
  if (text === '') return `${name(path)} is missing`;
  return issue.code === 'invalid_union' ? `${name(path)} is wrong` : `found ${text} for ${name(path)}`;
}

function where(path: Path): string {
  return path.length === 0 ? '' : ` in ${name(path)}`;
}

function name(path: Path): string {
  return path.length === 0 ? 'the file' : path.map(String).join('.');
}
