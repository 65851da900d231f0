import type { Incident, PostMortemVersion } from '../../domain/incident.ts';
import { actorName } from '../../domain/told.ts';
import { detailsOf } from './details.ts';

/** A file for the thread of an incident. */
export interface Paper {
  /** The key of its row. The row's `nonce` is the file's id from before it is shared. */
  readonly key: string;
  readonly name: string;
  readonly title: string;
  /** Its text, and the words that it is shared with, as mrkdwn; null when there is nothing to share. */
  readonly write: (place: Place) => Promise<{ readonly text: string; readonly words: string } | null>;
}

/** A thread. */
export interface Place {
  readonly channel: string;
  readonly thread: string;
}

/** How the papers of post-mortems are made. */
export interface PostMortemWriter {
  readonly markdown: (incidentId: string, number: number) => Promise<string | null>;
  /** One line of mrkdwn about the canvas of a version. */
  readonly canvasLine: (
    incidentId: string,
    number: number,
    canvas: { readonly title: string; readonly markdown: string; readonly channel: string },
  ) => Promise<string>;
}

export const documentKey = (number: number): string => `document:${number}`;

/** Every file that an incident needs in its thread. */
export function papersOf(incident: Incident, writer: PostMortemWriter): Paper[] {
  return [
    ...incident.postMortems.flatMap((version) =>
      version.written === null ? [] : [postMortemPaper(incident.id, version, writer)],
    ),
    ...detailsOf(incident).map(
      ({ write, ...details }): Paper => ({
        ...details,
        write: async () => ({ text: write(), words: `📎 ${escaped(details.title)}` }),
      }),
    ),
  ];
}

function postMortemPaper(
  incidentId: string,
  { number, by }: PostMortemVersion,
  { markdown, canvasLine }: PostMortemWriter,
): Paper {
  const title = `Post-mortem ${incidentId}, version ${number}`;
  return {
    key: documentKey(number),
    name: `post-mortem-${incidentId}-v${number}.md`,
    title,
    async write({ channel }) {
      const text = await markdown(incidentId, number);
      if (text === null) return null;
      const line = await canvasLine(incidentId, number, { title, markdown: text, channel });
      const asked = `📄 Post-mortem of ${incidentId}, version ${number}, asked for by ${escaped(actorName(by))}.`;
      return { text, words: `${asked} ${line}` };
    },
  };
}

/** Text in mrkdwn without markup of Slack (docs.slack.dev/messaging/formatting-message-text). */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
