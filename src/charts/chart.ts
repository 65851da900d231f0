import type { Series } from '../domain/outcome.ts';

/** Something that happened at a moment, drawn as a vertical rule through every panel. */
export interface Mark {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** One or two words, such as `suspended`. */
  readonly label: string;
}

/** One small chart: lines of one unit over the time of the incident. */
export interface Panel {
  readonly title: string;
  /** Unit of the axis, already scaled, such as `MB`. */
  readonly unit: string;
  /** The most that it can or should be, drawn as a dashed rule, with words for it such as `of 97`. */
  readonly limit: { readonly value: number; readonly text: string } | null;
  /** One line, or two that the title tells apart: the first is solid with dots, the second dashed with diamonds. */
  readonly lines: readonly Series[];
}

/** A picture of an incident, before it is drawn. */
export interface Chart {
  readonly title: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** IANA name of the zone in which the time is told. */
  readonly timeZone: string;
  readonly panels: readonly Panel[];
  readonly marks: readonly Mark[];
  /** Where nothing is known for longer than this (milliseconds) a line is broken; 2 minutes unless told. */
  readonly gapMs?: number;
  /** What the picture says, in words with numbers. */
  readonly altText: string;
}
