import { Command } from 'commander';
import { type Day, type DayResult, type JumpingClock, playDay } from '../test/watchdog/simulated-day.ts';

/**
 * The watchdog over simulated days: what it ended, and whether it ever ended whom it must not. Exits with 1 when it did.
 */
const CLOCKS: readonly JumpingClock[] = ['none', 'state', 'server', 'own'];

const program = new Command('watchdog')
  .description(
    'Plays days of 24 simulated hours with random load, and counts what the watchdog did, right and wrong.',
  )
  .option('--days <n>', 'how many days', Number, 20)
  .option('--seed <n>', 'of the random numbers', Number, 1)
  .option('--json', 'print the JSON only')
  .addHelpText('after', '\nExample:\n  $ npx node bench/watchdog.ts --days 100 --seed 7');
const { days, seed, json } = program.parse().opts<{ days: number; seed: number; json?: true }>();

const results = Array.from({ length: days }, (_, index) => playDay(dayOf(index)));
const total = (count: (result: DayResult) => number) => results.reduce((all, one) => all + count(one), 0);
const wrong = results.flatMap((result, index) => result.wrong.map((what) => `day ${index + 1}, ${what}`));
const reasons = [...new Set(results.flatMap(({ held }) => [...held.keys()]))].sort((a, b) =>
  a.localeCompare(b),
);
const report = {
  days,
  simulatedHours: days * 24,
  seed,
  looks: total(({ looks }) => looks),
  looksUnderLoad: total(({ loaded }) => loaded),
  sessions: total(({ sessions }) => sessions),
  sessionsNeverToEnd: total(({ untouchable }) => untouchable),
  ended: total(({ killed }) => killed),
  reported: total(({ reported }) => reported),
  leftToAnIncident: total(({ proposed }) => proposed),
  heldBack: Object.fromEntries(reasons.map((why) => [why, total(({ held }) => held.get(why) ?? 0)])),
  wrongKills: wrong.length,
};
if (json !== true) {
  for (const line of wrong) console.log(`WRONG: ${line}`);
  const { looks, looksUnderLoad, sessions, sessionsNeverToEnd, ended, reported } = report;
  console.log(`${days} days of 24 hours: ${looks} looks, ${looksUnderLoad} of them under load`);
  console.log(`${sessions} sessions, ${sessionsNeverToEnd} of whom may never be ended`);
  console.log(
    `${ended} ended, ${reported} reported by policies that only report, ${wrong.length} ended wrongly`,
  );
}
console.log(JSON.stringify(report));
process.exitCode = wrong.length === 0 ? 0 : 1;

/** Every kind of day comes in turn: three of four end sessions, one only reports; each clock is set in one of four. */
function dayOf(index: number): Day {
  return {
    seed: seed * 1_000_003 + index,
    mode: index % 4 === 3 ? 'report' : 'kill',
    olderThanSeconds: 60 + ((index * 70) % 350),
    most: 1 + (index % 5),
    hasWindow: index % 3 === 2,
    jumping: CLOCKS[(index >> 2) % 4] ?? 'none',
  };
}
