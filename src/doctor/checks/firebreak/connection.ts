import { defineCheck, ok } from '../../check.ts';

export const check = defineCheck({
  id: 'connection',
  kind: 'firebreak',
  title: 'Configuration',
  purpose: 'Know what to look after.',
  without: 'Firebreak does not start.',
  check: () => ok('valid'),
});
