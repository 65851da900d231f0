import type { Cause, Culprit } from '../../domain/cause.ts';
import { formatBytes, formatDuration } from '../../domain/format.ts';
import type { ReplicationSlot } from '../../domain/snapshot.ts';
import { attribute } from '../attribution.ts';
import type { CauseRule } from '../cause-rule.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { BESIDE_PRESSURE, isPressed } from '../replicas.ts';
import { describeGrowth } from '../wal-growth.ts';

/** Less than this is what every slot keeps while its consumer restarts. */
const NOTABLE_BYTES = 64 * 1024 * 1024;
/** From here on it is a matter of disk space, whatever max_wal_size says. */
const MUCH_BYTES = 1024 ** 3;
/** A consumer that was away for less than this may be restarting; seconds, known from PostgreSQL 17 on. */
const RESTARTING_SECONDS = 60;

/** A slot keeps the log from being removed: the disk of the primary fills. */
export const rule: CauseRule = {
  kind: 'replication-slot-retaining',
  detect(facts, pressure) {
    const [worst] = facts.snapshot.slotsRetaining
      .map((slot) => ({ slot, sure: confidenceOf(slot) }))
      .filter(({ sure }) => sure > 0)
      .sort((a, b) => b.sure - a.sure || (b.slot.retainedBytes ?? 0) - (a.slot.retainedBytes ?? 0));
    if (worst === undefined) return null;
    return causeOf(
      facts,
      worst.slot,
      isPressed(pressure) ? Math.min(worst.sure, BESIDE_PRESSURE) : worst.sure,
    );
  },
};

function confidenceOf(slot: ReplicationSlot): number {
  const bytes = slot.retainedBytes ?? 0;
  if (slot.walStatus === 'lost') return 0.6;
  const over = slot.walStatus === 'extended' || slot.walStatus === 'unreserved' || bytes >= MUCH_BYTES;
  if (slot.active) return over && bytes >= NOTABLE_BYTES ? 0.6 : 0;
  if (slot.inactiveSeconds !== null && slot.inactiveSeconds < RESTARTING_SECONDS) return over ? 0.45 : 0;
  if (over && bytes >= NOTABLE_BYTES) return 0.85;
  return bytes >= NOTABLE_BYTES ? 0.55 : 0;
}

function causeOf(facts: DiagnosisFacts, slot: ReplicationSlot, confidence: number): Cause {
  const retained = slot.retainedBytes === null ? 'log' : formatBytes(slot.retainedBytes);
  const lost = slot.walStatus === 'lost';
  return {
    kind: 'replication-slot-retaining',
    title: lost
      ? `Replication slot ${slot.name} is lost: its consumer has to be rebuilt`
      : `Replication slot ${slot.name} keeps ${retained} of the log on the primary`,
    confidence,
    evidence: [
      `Slot ${slot.name}: ${slot.type}${slot.plugin === null ? '' : ` (${slot.plugin}, database ${slot.database ?? 'unknown'})`}, ${slot.active ? 'in use' : 'inactive'}, wal_status ${slot.walStatus ?? 'unknown'}, keeps ${retained}.`,
      whoReads(slot),
      ...(slot.invalidatedBy === null ? [] : [`PostgreSQL invalidated it: ${slot.invalidatedBy}.`]),
      ...describeGrowth(facts, slot),
      limitText(facts, slot),
      ...(slot.xminAge === null
        ? []
        : [`It also keeps vacuum from removing rows of the last ${slot.xminAge} transactions.`]),
    ],
    rootSessions: [],
    culprit: culpritOf(facts, slot),
    helps: [
      slot.active
        ? 'Make its consumer faster, or restart it: it is connected and does not keep up.'
        : 'Bring its consumer back; it then reads what is kept, and the log can be removed.',
      'Meanwhile give the disk room: extend the volume of the primary.',
      `If nobody needs it any more, a person drops it: ${dropStatement(slot)} Its consequence: ${consequence(slot)}`,
    ],
    wontHelp: [
      'Killing queries, or a checkpoint: the log stays as long as the slot wants it.',
      'Deleting files in pg_wal by hand: the server would not start again.',
      'Dropping the slot in a hurry: Firebreak never does that, because nothing brings it back.',
    ],
    settles: slot.active ? [] : ['Who made the slot, and whether its consumer is to come back.'],
  };
}

/** The statement for a person; quoted, because a slot of another tool may have any name. */
function dropStatement({ name }: ReplicationSlot): string {
  return `SELECT pg_drop_replication_slot('${name.replaceAll("'", "''")}');`;
}

function consequence({ type }: ReplicationSlot): string {
  return type === 'logical'
    ? 'every change since then is lost to its consumer, which needs a new initial copy.'
    : 'its standby has to be rebuilt from a base backup, unless an archive has the log.';
}

function whoReads(slot: ReplicationSlot): string {
  if (slot.consumer !== null) {
    const { applicationName, clientAddress } = slot.consumer;
    return `${applicationName || 'A program without a name'} at ${clientAddress ?? 'a local socket'} reads it.`;
  }
  const since = slot.inactiveSeconds === null ? '' : `, since ${formatDuration(slot.inactiveSeconds)}`;
  return `Nobody reads it${since}. Its name is the only hint at its owner.`;
}

function limitText({ snapshot }: DiagnosisFacts, slot: ReplicationSlot): string {
  if (slot.walStatus === 'lost') return 'It keeps nothing any more: part of what its consumer needs is gone.';
  if (slot.safeBytes !== null) {
    return `After ${formatBytes(slot.safeBytes)} more of log it is given up (max_slot_wal_keep_size), and its consumer has to be rebuilt.`;
  }
  return snapshot.wal.slotKeepBytes === null
    ? 'max_slot_wal_keep_size is not set: it keeps the log until the disk is full. How much room is left SQL does not say: df on the host does.'
    : 'max_slot_wal_keep_size limits it.';
}

function culpritOf({ cluster }: DiagnosisFacts, slot: ReplicationSlot): Culprit {
  if (slot.consumer !== null)
    return attribute({ ...slot.consumer, user: null, tags: {}, behind: null }, cluster);
  return {
    kind: 'application',
    namespace: null,
    name: slot.name,
    evidence: [
      { strength: 'weak', text: `Only the name of the slot says for whom it was made: ${slot.name}.` },
    ],
  };
}
