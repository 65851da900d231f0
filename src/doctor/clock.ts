import type { ClockReading } from '../domain/access.ts';
import { ok, type Verdict } from './check.ts';
import { textRemedy } from './remedies.ts';

/** Seconds of difference from which times read wrong, and from which signatures are refused as too old. */
const WORTH_SAYING = 5;
const TOO_FAR = 60;

/** The verdict on a clock that is read; null when it could not be. */
export function clockVerdict(clock: ClockReading | null, whose: string): Verdict {
  if (clock === null) return { status: 'unknown', found: 'it does not tell the time' };
  const least = Math.max(0, Math.abs(clock.aheadMs) - clock.uncertainMs) / 1_000;
  if (least < WORTH_SAYING)
    return ok(
      `within ${Math.max(1, Math.ceil((Math.abs(clock.aheadMs) + clock.uncertainMs) / 1_000))} s of this machine`,
    );
  const direction = clock.aheadMs > 0 ? 'ahead of' : 'behind';
  return {
    status: least < TOO_FAR ? 'advice' : 'missing',
    found: `The clock of ${whose} is ${Math.round(Math.abs(clock.aheadMs) / 1_000)} s ${direction} this machine.`,
    remedy: textRemedy(
      'Find out which of the two is wrong, and let it follow a time server.',
      'on the machine whose clock is wrong',
      'timedatectl set-ntp true && timedatectl timesync-status',
    ),
  };
}
