/** A sentence that was written for Slack, with its mentions as the ids that a terminal can show. */
export function withoutMentions(sentence: string): string {
  return sentence.replaceAll(/<(?:@|!subteam\^)([A-Z0-9]+)(?:\|[^>]*)?>/g, '$1');
}
