/** A file for psql as SQL alone, or why the gate cannot read it. */
export type PsqlScript =
  | { readonly status: 'sql'; readonly sql: string }
  | { readonly status: 'unreadable'; readonly why: string };

/** Commands of psql that send nothing to the server; what they do to the output is no matter of the gate. */
const HARMLESS: ReadonlySet<string> = new Set(
  'a C echo encoding errverbose f H o out p print pset qecho set t T timing unset warn x'.split(' '),
);

/**
 * What psql would send of a file: commands with a backslash that only concern the output are left out, `\copy` becomes
 * COPY. Everything else that psql does by itself, such as `\i`, `\gexec` and variables, makes the file unreadable:
 * what would be sent is not in it.
 */
export function readPsqlScript(file: string): PsqlScript {
  const parts: string[] = [];
  let rest = file;
  while (rest !== '') {
    const plain = PLAIN.exec(rest)?.[0] ?? quoted(rest, parts.slice(-2).join('').slice(-2));
    if (plain === null && VARIABLE.test(rest))
      return unreadable('it uses variables of psql, whose values the gate does not know');
    if (plain !== null || !rest.startsWith('\\')) {
      const taken = plain ?? rest.slice(0, 1);
      parts.push(taken);
      rest = rest.slice(taken.length);
      continue;
    }
    const line = /^[^\n]*/.exec(rest)?.[0] ?? '';
    const read = metaCommand(line);
    if (read === null)
      return unreadable(`it uses ${/^\\\S*/.exec(line)?.[0]}, which psql carries out by itself`);
    if (read.quits) break;
    parts.push(read.sql);
    rest = rest.slice(line.length);
  }
  return { status: 'sql', sql: parts.join('') };
}

/** Text without a sign that begins something; a cast and an assignment begin nothing. */
const PLAIN = /^(?:[^\\:'"$/-]+|::|:=)/;
/** `:name`, `:'name'`, `:"name"` and `:{?name}`. */
const VARIABLE = /^:['"{]?\??[\p{L}\p{N}_]/u;

function metaCommand(line: string): { sql: string; quits?: true } | null {
  if (line.startsWith('\\;')) return null;
  const [, name = '', argument = ''] = /^\\(\S+)\s*(.*)$/.exec(line) ?? [];
  if (argument.includes('\\')) return null;
  if (HARMLESS.has(name)) return { sql: '' };
  if (name === 'q' || name === 'quit') return { sql: '', quits: true };
  if ((name === 'g' || name === 'gx') && !/^\s*\|/.test(argument)) return { sql: ';' };
  return name === 'copy' ? { sql: `COPY ${argument};` } : null;
}

/** The literal, quoted name or comment at the start, with its ends; all of the rest when it has no end. `before` is what stands in front of it. */
function quoted(rest: string, before: string): string | null {
  const dollar = /^\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/u.exec(rest)?.[0];
  // In a name such as a$b$c the sign quotes nothing.
  if (dollar !== undefined && !/[\p{L}\p{N}_$]$/u.test(before)) return upTo(rest, dollar, dollar.length);
  if (rest.startsWith('--')) return /^[^\n]*/.exec(rest)?.[0] ?? rest;
  if (rest.startsWith('/*')) return comment(rest);
  if (rest.startsWith('"')) return upTo(rest, '"', 1);
  if (!rest.startsWith("'")) return null;
  if (!/(?:^|[^\p{L}\p{N}_$])e$/iu.test(before)) return upTo(rest, "'", 1);
  return /^'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/.exec(rest)?.[0] ?? rest;
}

function upTo(rest: string, end: string, from: number): string {
  const at = rest.indexOf(end, from);
  return at === -1 ? rest : rest.slice(0, at + end.length);
}

/** Comments of SQL stand in each other. */
function comment(rest: string): string {
  let depth = 0;
  for (const { 0: sign, index } of rest.matchAll(/\/\*|\*\//g)) {
    depth += sign === '/*' ? 1 : -1;
    if (depth === 0) return rest.slice(0, index + 2);
  }
  return rest;
}

function unreadable(why: string): PsqlScript {
  return { status: 'unreadable', why };
}
