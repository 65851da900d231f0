import type { types } from '@slack/bolt';
import type { Incident } from '../../domain/incident.ts';
import { actorName } from '../../domain/told.ts';
import { buttons, postMortemButton } from './buttons.ts';
import { clip } from './clip.ts';
import { contextLine } from './context-line.ts';
import { text, time } from './rich-text.ts';

/** Below a closed incident: the button for its post-mortem, and where the last version is. */
export function postMortemBlocks(incident: Incident): types.KnownBlock[] {
  const last = incident.postMortems.at(-1);
  if (last === undefined) return buttons(postMortemButton(incident.id, true));
  const name = `📄 Post-mortem, version ${last.number},`;
  if (last.written === null)
    return [contextLine(text(`${name} is being written; asked by ${clip(actorName(last.by), 80)}`))];
  return [
    contextLine(text(`${name} is in the thread; written `), time(last.written.at)),
    ...buttons(postMortemButton(incident.id, false)),
  ];
}
