import { formatCount } from '../../domain/format.ts';
import type { GateCalibration, GateVerdict } from '../../domain/gate.ts';
import { estimateWords } from '../../gate/estimate.ts';
import type { GateAnswer } from '../../gate/gate.ts';
import { formatMany } from '../../gate/numbers.ts';
import { type Line, say } from '../../terminal/lines.ts';

const verdicts: Readonly<Record<GateVerdict, string>> = {
  allow: 'allowed',
  replica: 'run it on the replica',
  deny: 'denied',
};

/** A verdict for a terminal: what, why, and what else is worth knowing. */
export function answerLines(answer: GateAnswer): Line[] {
  const { database, verdict, estimate, cost, rows, reasons, notes } = answer;
  const numbers = [
    ...(estimate === null ? [] : [estimateWords(estimate)]),
    ...(cost === null ? [] : [`cost ${formatMany(cost)}`]),
    ...(rows === null ? [] : [`${formatMany(rows)} rows to the client`]),
  ];
  const place = answer.place === 'replica' ? `${database}, on a replica` : database;
  return [
    say([`${place}: ${verdicts[verdict]}`, ...numbers].join(' · '), { style: 'title' }),
    ...reasons.map((reason) => say(reason, { mark: '- ', indent: 2 })),
    ...notes.map((note) => say(note, { mark: '→ ', indent: 2 })),
    ...(verdict === 'replica' && answer.replica !== null
      ? [say(`Replica: -h ${answer.replica.host} -p ${answer.replica.port}`, { mark: '→ ', indent: 2 })]
      : []),
  ];
}

/** How cost and time belong together on a database, in words. */
export function calibrationLines(database: string, calibration: GateCalibration): Line[] {
  const { costPerSecond, factor, pairs, known } = calibration;
  const rests =
    pairs === 0
      ? `the common rate, as ${formatCount(known, 'run')} of this database ${known === 1 ? 'is' : 'are'} known and 5 are needed`
      : `from ${formatCount(pairs, 'run')} of this database`;
  return [
    say(`${database}: ${formatMany(costPerSecond)} cost units in a second (×${Number(factor.toFixed(1))})`, {
      style: 'title',
    }),
    say(`It is ${rests}.`, { mark: '- ', indent: 2 }),
  ];
}
