import type { Facts, MessageFact } from './facts.ts';

/** What may be clicked when nothing is to be decided any more: it reads, or writes down what was. */
const AFTERWARDS = new Set(['postmortem.write', 'incident.explain', 'incident.why-not', 'step.statement']);

/** Messages that belong to nothing, are there twice, or still ask what is long decided; a sentence for each. */
export function orphans({
  messages,
  rows: all,
  incidents,
}: Pick<Facts, 'messages' | 'rows' | 'incidents'>): readonly string[] {
  // The row of a file names it: a picture stands in a message of another row, a canvas in none.
  const rows = all.filter(({ key }) => !/^(picture|document|canvas):/.test(key));
  const files = new Set(all.flatMap(({ key, ts }) => (key.startsWith('document:') ? [ts] : [])));
  const closed = new Set(incidents.filter(({ status }) => status === 'closed').map(({ id }) => id));
  const known = new Set(rows.map(({ ts }) => ts));
  const shown = new Set(messages.map(({ ts }) => ts));
  return [
    ...twins(messages),
    ...messages
      .filter(({ ts, file }) => !known.has(ts) && (file === null || !files.has(file)))
      .map((message) => `${nameOf(message)} is in no row.`),
    ...messages
      .filter(({ thread, key }) => thread === null && key?.startsWith('step:') === true)
      .map((message) => `${nameOf(message)} stands outside of its thread.`),
    ...rows
      .filter(({ ts }) => ts === null)
      .map(({ incidentId, key }) => `The row of ${key} of ${incidentId} has no message.`),
    ...rows
      .filter(({ ts }) => ts !== null && !shown.has(ts))
      .map(({ incidentId, key }) => `The message of ${key} of ${incidentId} is not in the channel.`),
    ...messages
      .map((message) => ({ message, asks: message.offers.filter((offer) => !AFTERWARDS.has(offer)) }))
      .filter(
        ({ message: { incident }, asks }) => incident !== null && closed.has(incident) && asks.length > 0,
      )
      .map(
        ({ message, asks }) =>
          `${nameOf(message)} still offers ${asks.join(', ')}, and its incident is closed.`,
      ),
  ];
}

/** One sentence for each message beyond the first with the same key. */
function twins(messages: readonly MessageFact[]): string[] {
  const byKey = Map.groupBy(messages, ({ incident, key }) => `${incident}/${key}`);
  return [...byKey.values()].flatMap(([, ...others]) =>
    others.map((message) => `${nameOf(message)} is there once more.`),
  );
}

function nameOf({ ts, key, incident, text }: MessageFact): string {
  return key === null
    ? `Message ${ts} ("${text.slice(0, 60)}")`
    : `Message ${ts} (${key} of ${incident ?? 'nothing'})`;
}
