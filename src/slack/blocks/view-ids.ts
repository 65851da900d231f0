/** Ids of every modal that can be submitted; each has its file in listeners/views. */
export const viewIds = {
  breakGlass: 'step.break-glass',
  handOver: 'charge.hand-over',
  addResponders: 'responders.add',
  targets: 'step.targets',
  triage: 'triage.start',
  followUpAdd: 'follow-up.add',
  followUpEdit: 'follow-up.edit',
  note: 'note.add',
} as const;
