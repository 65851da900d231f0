import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { richText } from '../rich-text.ts';
import { shortString } from '../text.ts';
import { blockBase } from './basic.ts';

const cell = z.discriminatedUnion('type', [
  richText,
  z.strictObject({ type: z.literal('raw_text'), text: z.string().min(1) }),
  z.strictObject({ type: z.literal('raw_number'), value: z.number(), text: z.string().min(1) }),
]);

const row = z.array(cell).min(1).max(LIMITS.tableColumns);

/** A table; one per message, only in messages. */
export const table = z.strictObject({
  type: z.literal('table'),
  ...blockBase,
  rows: z.array(row).min(1).max(LIMITS.tableRows),
  column_settings: z
    .array(
      z
        .strictObject({
          align: z.enum(['left', 'center', 'right']).optional(),
          is_wrapped: z.boolean().optional(),
        })
        .nullable(),
    )
    .max(LIMITS.tableColumns)
    .optional(),
});

/** A table with pages, sorting and filters; the first row is its header. */
export const dataTable = z.strictObject({
  type: z.literal('data_table'),
  ...blockBase,
  caption: z.string().min(1),
  rows: z.array(row).min(1).max(LIMITS.dataTableRows),
  page_size: z.int().min(1).max(LIMITS.dataTablePageSize).optional(),
  row_header_column_index: z.int().min(0).optional(),
});

/** The name of a chart's series or point. */
const label = shortString(LIMITS.chartLabel);

const seriesChart = {
  series: z
    .array(
      z.strictObject({
        name: label,
        data: z
          .array(z.strictObject({ label, value: z.number() }))
          .min(1)
          .max(LIMITS.chartPoints),
      }),
    )
    .min(1)
    .max(LIMITS.chartSeries),
  axis_config: z.strictObject({
    categories: z.array(label).min(1).max(LIMITS.chartPoints),
    x_label: z.string().max(LIMITS.chartAxisLabel).optional(),
    y_label: z.string().max(LIMITS.chartAxisLabel).optional(),
  }),
};

/** A chart. Source: docs.slack.dev/reference/block-kit/blocks/data-visualization-block. */
export const dataVisualization = z.strictObject({
  type: z.literal('data_visualization'),
  ...blockBase,
  title: shortString(LIMITS.chartTitle),
  chart: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('pie'),
      segments: z
        .array(z.strictObject({ label, value: z.number().gt(0) }))
        .min(1)
        .max(LIMITS.pieSegments),
    }),
    z.strictObject({ type: z.literal('bar'), ...seriesChart }),
    z.strictObject({ type: z.literal('area'), ...seriesChart }),
    z.strictObject({ type: z.literal('line'), ...seriesChart }),
  ]),
});
