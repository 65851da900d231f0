import { crash } from './families/crash.ts';
import { decisions } from './families/decisions.ts';
import { remedies } from './families/remedies.ts';
import { replicas } from './families/replicas.ts';
import { slack } from './families/slack.ts';
import { state } from './families/state.ts';
import { stop } from './families/stop.ts';
import { storm } from './families/storm.ts';
import { timers } from './families/timers.ts';
import { unattended } from './families/unattended.ts';
import { victim } from './families/victim.ts';
import type { Family } from './fault.ts';

/** Every family of faults, in the order in which they run. Add a file to `families/` and a line here. */
export const families: readonly Family[] = [
  crash,
  remedies,
  unattended,
  timers,
  slack,
  victim,
  replicas,
  decisions,
  state,
  stop,
  storm,
];
