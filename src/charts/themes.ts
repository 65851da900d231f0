/** Colours of a picture. The background is always painted, so that a picture is readable wherever it is put. */
export interface Theme {
  readonly background: string;
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  readonly second: string;
  readonly limit: string;
  readonly mark: string;
}

/** Contrast of text on background at least 7, of lines at least 3 (WCAG 2.2, 1.4.6 and 1.4.11). */
export const themes = {
  light: {
    background: '#ffffff',
    text: '#1d1c1d',
    faint: '#dcdcdc',
    line: '#0b5cad',
    second: '#8a4b00',
    limit: '#b3261e',
    mark: '#5a5a5a',
  },
  dark: {
    background: '#1a1d21',
    text: '#f1f1f1',
    faint: '#3a3f45',
    line: '#6cb8ff',
    second: '#ffb454',
    limit: '#ff8a80',
    mark: '#b9bcc0',
  },
} as const satisfies Record<string, Theme>;
export type ThemeName = keyof typeof themes;
