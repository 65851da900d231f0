import { type Cause, culpritName } from '../domain/cause.ts';

/** Title, culprit and confidence in one line; a culprit that the title names is not named twice. */
export function causeName({ title, culprit, confidence }: Cause): string {
  const name = culprit === null || title.includes(culpritName(culprit)) ? '' : ` · ${culpritName(culprit)}`;
  return `${title}${name} (${Math.round(confidence * 100)} % sure)`;
}
