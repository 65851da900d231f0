import { clearLine, cursorTo } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import * as clack from '@clack/prompts';
import { shorten } from '../domain/format.ts';
import { printable } from '../words/printable.ts';
import { type Line, paint } from './lines.ts';

/** One line of a menu. */
export interface Item<T> {
  readonly value: T;
  readonly label: string;
}

/** A screen and a keyboard. Every question answers null when the person left it, or when its signal aborted. */
export interface Screen {
  print(lines: readonly Line[]): void;
  /** The line at the bottom, which replaces itself; null takes it away. */
  status(text: string | null): void;
  choose<T>(question: string, items: readonly Item<T>[], signal: AbortSignal, first?: T): Promise<T | null>;
  pick(
    question: string,
    items: readonly (Item<string> & { selected: boolean })[],
    signal: AbortSignal,
  ): Promise<string[] | null>;
  confirm(question: string, yes: string, signal: AbortSignal): Promise<boolean | null>;
  /** A line of text; `problem` says what is wrong with it, or null. `initial` stands there at first. */
  text(
    question: string,
    problem: (typed: string) => string | null,
    signal: AbortSignal,
    initial?: string,
  ): Promise<string | null>;
  secret(question: string, signal: AbortSignal): Promise<string | null>;
}

interface Terminal {
  readonly input: Readable;
  readonly output: Writable & { readonly columns?: number; readonly isTTY?: boolean };
  readonly colour: boolean;
}

/** Wider lines are hard to read, narrower screens get shorter ones. */
const COLUMNS = 80;
/** More than this is searched by typing. */
const SEARCHED = 10;

/** A terminal of at least 20 columns. Questions are those of @clack/prompts: arrows, space, enter, escape. */
export function createScreen({ input, output, colour }: Terminal): Screen {
  let bottom: string | null = null;
  let asking = false;
  /** What came while a question stood on the screen, which redraws itself in place. */
  const held: Line[] = [];
  const columns = () => Math.max(20, Math.min(COLUMNS, output.columns ?? COLUMNS));
  const common = (signal: AbortSignal) => ({ input, output, signal, withGuide: false });

  function wipe(): void {
    if (bottom === null || output.isTTY !== true) return;
    cursorTo(output, 0);
    clearLine(output, 0);
  }

  function draw(): void {
    if (bottom !== null && output.isTTY === true) output.write(shorten(printable(bottom), columns() - 1));
  }

  /** Runs a question with the bottom line out of its way. */
  async function ask<T>(question: () => Promise<T | typeof clack.CANCEL_SYMBOL>): Promise<T | null> {
    wipe();
    bottom = null;
    asking = true;
    try {
      const answer = await question();
      return answer === clack.CANCEL_SYMBOL ? null : (answer as T);
    } finally {
      asking = false;
      write(held.splice(0));
    }
  }

  function write(lines: readonly Line[]): void {
    wipe();
    for (const row of paint(lines, columns(), colour)) output.write(`${row}\n`);
    draw();
  }

  return {
    print(lines) {
      if (asking) held.push(...lines);
      else write(lines);
    },
    status(text) {
      if (text === bottom) return;
      wipe();
      bottom = text;
      draw();
    },
    choose: (question, items, signal, first) =>
      ask(async () => {
        // By position: values of any type, and labels that say the same, stay apart.
        const options = items.map(({ label }, value) => ({ value, label: shortened(label, columns()) }));
        const initialValue = Math.max(
          0,
          items.findIndex(({ value }) => value === first),
        );
        const position = await clack.select({ message: question, options, initialValue, ...common(signal) });
        if (position === clack.CANCEL_SYMBOL) return position;
        const item = items[position];
        if (item === undefined) throw new Error('The menu answered a line that it does not have.');
        return item.value;
      }),
    pick: (question, items, signal) =>
      ask(async () => {
        const options = items.map(({ value, label }) => ({ value, label: shortened(label, columns()) }));
        const initialValues = items.filter(({ selected }) => selected).map(({ value }) => value);
        const asked = { message: question, options, initialValues, required: true, ...common(signal) };
        return items.length > SEARCHED
          ? clack.autocompleteMultiselect({ ...asked, maxItems: 10 })
          : clack.multiselect(asked);
      }),
    confirm: (question, yes, signal) =>
      ask(() =>
        clack.confirm({
          message: question,
          active: yes,
          inactive: 'Not now',
          initialValue: false,
          ...common(signal),
        }),
      ),
    text: (question, problem, signal, initial = '') =>
      ask(() =>
        clack.text({
          message: question,
          initialValue: initial,
          validate: (typed) => problem(typed ?? '') ?? undefined,
          ...common(signal),
        }),
      ),
    secret: (question, signal) => ask(() => clack.password({ message: question, ...common(signal) })),
  };
}

/** The marks of the menu take some columns. */
function shortened(label: string, columns: number): string {
  return shorten(printable(label), columns - 8);
}
