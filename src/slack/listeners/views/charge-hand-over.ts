import { viewIds } from '../../blocks/view-ids.ts';
import { chargeView } from '../charge.ts';

/** Hands the incident over to the person picked. */
export const chargeHandOverView = chargeView(viewIds.handOver, 'Hand over', ({ by, picked, click }) => {
  const [to] = picked;
  return to === undefined ? null : { type: 'hand-over', by, to, ...click };
});
