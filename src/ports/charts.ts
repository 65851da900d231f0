import type { Json } from '../domain/json.ts';

/** Draws pictures. Slow, and away from everything else: nothing waits for a picture. */
export interface Charts {
  /** A Vega-Lite specification as the bytes of a PNG. Throws `chart-failed`. */
  png(spec: { readonly [key: string]: Json }, signal: AbortSignal): Promise<Uint8Array>;
}
