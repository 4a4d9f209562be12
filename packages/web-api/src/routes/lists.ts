/** What all lists ask for and answer with. */
import { z } from 'zod';

/** Query of a list. */
export const paging = {
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

/** [from, to) in ISO 8601. */
export const period = {
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
};

export const text = z.string().max(100).optional();

/** Several values of one parameter, separated by commas. */
export const several = z.string().max(1_000).optional().describe('Several values are separated by commas');

export const split = (values: string | undefined): readonly string[] | undefined =>
  values === undefined || values === '' ? undefined : values.split(',');

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable(),
    total: z
      .number()
      .int()
      .nullable()
      .describe('On the first page: how many fit; null = more than are counted, or a later page'),
  });

export const Named = z.object({ id: z.string(), name: z.string() });

export const byId = z.object({ id: z.uuid() });
