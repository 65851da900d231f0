import { viewIds } from '../../blocks/view-ids.ts';
import { chargeView } from '../charge.ts';

/** Asks the people picked to help. */
export const respondersAddView = chargeView(
  viewIds.addResponders,
  'Add responders',
  ({ by, picked, click }) => ({
    type: 'add-responders',
    by,
    who: picked,
    ...click,
  }),
);
