import { expect, it } from 'vitest';
import { interactiveTool } from '../../src/diagnosis/interactive-tools.ts';

it.each([
  ['psql', 'psql', true],
  ['DBeaver 24.1.0 - SQLEditor <Script-3.sql>', 'DBeaver', true],
  ['pgAdmin 4 - CONN:4711', 'pgAdmin', true],
  ['DataGrip 2024.1', 'a JetBrains tool', true],
  ['Metabase v0.50.1 [5b1f]', 'Metabase', false],
  ['Tableau Desktop 2023.1', 'Tableau', false],
])('knows "%s" as %s', (applicationName, name, ownDesk) => {
  expect(interactiveTool(applicationName)).toEqual({ name, ownDesk });
});

it.each(['', 'psqlodbc', 'checkout-api', 'report-generator', 'mode-switcher', 'hex-grid', 'psycopg2'])(
  'takes "%s" for no such program',
  (applicationName) => {
    expect(interactiveTool(applicationName)).toBeNull();
  },
);
