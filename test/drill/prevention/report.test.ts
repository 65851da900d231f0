import { expect, test } from 'vitest';
import { preventionProblems, preventionReport } from '../../../src/drill/prevention/report.ts';

const span = (ordersFailed: number) => ({ ordersPlaced: 1000, ordersFailed, longestReport: 2 });
const good = {
  baselineOrders: 1000,
  unguarded: span(400),
  guarded: span(10),
  auditsRed: { before: 26, after: 17 },
  problems: [],
};

test('one order in a hundred may fail beside the guarded run, and no more', () => {
  expect(preventionProblems(good)).toEqual([]);
  expect(preventionProblems({ ...good, guarded: span(11) }).join()).toContain('11 orders failed');
});

test('without an outage before, or with as many red audits after, nothing was shown', () => {
  expect(preventionProblems({ ...good, unguarded: span(10) }).join()).toContain('no outage came about');
  expect(preventionProblems({ ...good, auditsRed: { before: 17, after: 17 } })).toHaveLength(1);
  expect(preventionProblems({ ...good, problems: ['The alert fired.'] })).toEqual(['The alert fired.']);
});

test('the last line has these figures, and no other', () => {
  expect(preventionReport(good)).toEqual({
    unguarded: { ordersFailed: 400 },
    guarded: { ordersFailed: 10 },
    auditsRed: { before: 26, after: 17 },
  });
});
