import { historyChart, type RecordedDrill } from '../../charts/history-chart.ts';
import { chartSpec } from '../../charts/spec.ts';
import { loggableError } from '../../domain/errors.ts';
import type { Incident } from '../../domain/incident.ts';
import { keepFile, sendFile } from '../app/upload.ts';
import { withPicture } from '../blocks/picture.ts';
import { line, richText, text } from '../blocks/rich-text.ts';
import type { Said } from '../blocks/said.ts';
import { fallbackText } from '../blocks/text-objects.ts';
import type { ListenerContext } from './context.ts';

/** Slack looks at a file after its upload before a message may show it; milliseconds that this is given. */
const SETTLING_MS = 2_000;
const LONGEST_MS = 30_000;

/** The history as a picture; null when there is too little for one, or when it could not be brought to Slack, which is logged. */
export async function historyPicture(
  { charts, client, fetch, clock, logger, timeZone }: ListenerContext,
  past: { readonly incidents: readonly Incident[]; readonly drills: readonly RecordedDrill[] },
  database: string | null,
): Promise<Said | null> {
  const title = database === null ? 'Incidents and drills' : `Incidents of ${database}, and drills`;
  const chart = historyChart(past, { title, timeZone });
  if (chart === null || charts === null) return null;
  const signal = AbortSignal.timeout(LONGEST_MS);
  try {
    const bytes = await charts.png(chartSpec(chart, 'dark'), signal);
    const { altText } = chart;
    const fileId = await sendFile(client, fetch, { name: 'history.png', title, bytes, altText });
    await keepFile(client, fileId, title);
    await clock.sleep(SETTLING_MS, signal);
    return {
      text: fallbackText(altText),
      blocks: withPicture(richText(line(text(title))), { fileId, altText }),
    };
  } catch (error) {
    logger.warn(
      { err: loggableError(error) },
      'The picture of the history could not be shown; its numbers stand in the text',
    );
    return null;
  }
}
