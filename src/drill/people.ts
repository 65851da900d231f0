/** The people of the drill's Slack. Anna is on call, Ben may decide too, Chris only watches. */
export const people = [
  { id: 'U0ANNA', name: 'anna', realName: 'Anna (on call)' },
  { id: 'U0BEN', name: 'ben', realName: 'Ben' },
  { id: 'U0CHRIS', name: 'chris', realName: 'Chris (watches)' },
] as const;

export const channel = { id: 'C0INCIDENTS', name: 'incidents' } as const;
