/** Ids of everything that can be clicked; each has its file in listeners/actions. */
export const actionIds = {
  run: 'step.run',
  withdraw: 'step.withdraw',
  skip: 'step.skip',
  retry: 'step.retry',
  continue: 'step.continue',
  back: 'step.back',
  abort: 'step.abort',
  targets: 'step.targets',
  choice: 'step.choice',
  close: 'incident.close',
  liveAgain: 'live.again',
  chargeTake: 'charge.take',
  chargeHandOver: 'charge.hand-over',
  respondersAdd: 'responders.add',
  postMortem: 'postmortem.write',
} as const;
