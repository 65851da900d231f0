import { z } from 'zod';

const Field = z.object({ title: z.string().optional(), value: z.string().optional() });
const Attachment = z.object({
  pretext: z.string().optional(),
  title: z.string().optional(),
  text: z.string().optional(),
  fallback: z.string().optional(),
  fields: z.array(Field).optional().catch(undefined),
});

/** The parts of a message that are read, as a message shortcut delivers it. */
export const GivenMessage = z.object({
  /** Unix seconds with the microseconds that tell messages apart. */
  ts: z.string().regex(/^\d{1,11}\.\d{1,6}$/, 'a timestamp of Slack'),
  thread_ts: z.string().optional(),
  text: z.string().default(''),
  user: z.string().optional(),
  username: z.string().optional(),
  bot_profile: z.object({ name: z.string().optional() }).optional(),
  blocks: z.array(z.unknown()).optional(),
  attachments: z.array(Attachment).optional().catch(undefined),
});
export type GivenMessage = z.infer<typeof GivenMessage>;

/** Characters that are read of one message. */
const LONGEST = 20_000;

/** What a message says, in plain text: its own text, that of its attachments, or of its blocks when there is no other. */
export function messageWords({ text, attachments = [], blocks = [] }: GivenMessage): string {
  const attached = attachments.flatMap(({ pretext, title, text: body, fallback, fields = [] }) => {
    const parts = [
      pretext,
      title,
      body,
      ...fields.map((field) => `${field.title ?? ''}: ${field.value ?? ''}`),
    ];
    const present = parts.filter((part) => part !== undefined && part !== '');
    return present.length === 0 ? [fallback ?? ''] : present;
  });
  const said = [text, ...attached].filter((part) => part !== undefined && part !== '');
  const words = said.length === 0 ? textsIn(blocks).join(' ') : said.join('\n');
  return plainWords(words.slice(0, LONGEST));
}

/** Every text of blocks, in order. */
function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'text' && typeof inner === 'string' ? [inner] : textsIn(inner),
  );
}

/** Slack's own notation as people read it (docs.slack.dev/messaging/formatting-message-text). */
function plainWords(text: string): string {
  return unescaped(text.replaceAll(/<([^<>]{1,3000})>/g, (_, inside: string) => named(inside)));
}

/** A text without the three escapes that Slack makes of what people type. */
export function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function named(inside: string): string {
  const [what = '', label] = inside.split('|', 2);
  if (/^[@#]/.test(what)) return `${what.slice(0, 1)}${label ?? what.slice(1)}`;
  if (what.startsWith('!')) return label ?? `@${what.slice(1).split('^')[0]}`;
  if (label === undefined || label === what) return what.replace(/^mailto:/, '');
  return what.startsWith('mailto:') ? label : `${label} (${what})`;
}
