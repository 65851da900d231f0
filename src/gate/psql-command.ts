/** Where the SQL of a command line comes from, in the order in which it runs. */
export type SqlSource = { readonly sql: string } | { readonly file: string };

/** A command line of psql, as far as the gate has to understand it. */
export interface PsqlCommand {
  /** Empty when psql reads from its standard input. */
  readonly sources: readonly SqlSource[];
  /** True when the server stands in its arguments, so that the environment does not change it. */
  readonly hasAddress: boolean;
}

/** Long options with a value by their short letter (https://www.postgresql.org/docs/current/app-psql.html). */
const LONG: Readonly<Record<string, string>> = {
  command: 'c',
  file: 'f',
  dbname: 'd',
  host: 'h',
  port: 'p',
  username: 'U',
  set: 'v',
  variable: 'v',
  output: 'o',
  'log-file': 'L',
  'field-separator': 'F',
  'record-separator': 'R',
  pset: 'P',
  'table-attr': 'T',
};
const WITH_VALUE: ReadonlySet<string> = new Set(Object.values(LONG));

/** Whether a program is psql, by its name. */
export function isPsql(program: string): boolean {
  return /^psql(?:\.exe)?$/.test(program.split(/[/\\]/).at(-1) ?? '');
}

/** Reads the arguments of psql. */
export function readPsqlCommand(args: readonly string[]): PsqlCommand {
  const options: { letter: string; value: string }[] = [];
  const operands: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') operands.push(...rest.splice(0));
    else if (arg.startsWith('--')) {
      const [name = '', ...value] = arg.slice(2).split('=');
      const letter = LONG[name];
      if (letter !== undefined)
        options.push({ letter, value: value.length > 0 ? value.join('=') : (rest.shift() ?? '') });
    } else if (arg.startsWith('-') && arg !== '-') {
      const found = arg
        .slice(1)
        .split('')
        .findIndex((letter) => WITH_VALUE.has(letter));
      if (found === -1) continue;
      const attached = arg.slice(found + 2);
      options.push({ letter: arg.charAt(found + 1), value: attached || (rest.shift() ?? '') });
    } else operands.push(arg);
  }
  const conninfo = [...options.filter(({ letter }) => letter === 'd').map(({ value }) => value), ...operands];
  return {
    sources: options.flatMap(({ letter, value }): SqlSource[] =>
      letter === 'c' ? [{ sql: value }] : letter === 'f' ? [{ file: value }] : [],
    ),
    hasAddress:
      options.some(({ letter }) => letter === 'h' || letter === 'p') ||
      conninfo.some((one) => one.includes('://') || one.includes('=')),
  };
}
