import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { Resvg } from '@resvg/resvg-js';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Pixels of the picture for each of the specification: sharp on a phone. */
const SCALE = 2;
const FONTS = ['Roboto-Regular.ttf', 'Roboto-SemiBold.ttf'].map((name) =>
  fileURLToPath(new URL(`fonts/${name}`, import.meta.url)),
);
/** Width of a letter of these fonts against its size, on average. */
const LETTER = 0.48;

/** What the thread is given: a specification of Vega-Lite. */
export interface DrawJob {
  readonly spec: object;
}

/** What of Vega its types leave out (vega-scenegraph, src/util/text.js). */
interface TextMetrics {
  width(item: { readonly fontSize?: number }, text: unknown): number;
}

/** Draws the one picture that this thread was started for. The fonts are ours, so that it looks the same everywhere. */
async function draw({ spec }: DrawJob): Promise<Uint8Array> {
  // Without a canvas Vega takes every letter for 0.8 of its size, and leaves empty room for it.
  const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
  textMetrics.width = ({ fontSize = 11 }, text) => String(text).length * fontSize * LETTER;
  const view = new vega.View(vega.parse(compile(spec as TopLevelSpec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  const font = { fontFiles: FONTS, loadSystemFonts: false, defaultFontFamily: 'Roboto' };
  return new Resvg(svg, { fitTo: { mode: 'zoom', value: SCALE }, font }).render().asPng();
}

parentPort?.postMessage(await draw(workerData));
