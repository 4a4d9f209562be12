import { CALL_KINDS } from '@kommutator/model/record';
import { z } from 'zod';
import { period, several, text } from '../lists.ts';

const Side = z.object({
  kind: z.enum(['user', 'group', 'pstn', 'service']),
  number: z.string(),
  name: z.string().nullable(),
});

export const Call = z.object({
  id: z.string(),
  startedAt: z.string(),
  answeredAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  durationS: z.number().int(),
  waitS: z.number().int(),
  type: z.enum(CALL_KINDS),
  direction: z.enum(['in', 'out', 'internal']),
  from: Side,
  to: Side,
  line: z.string().nullable().describe('Our public number: called, or shown outside'),
  live: z.boolean(),
  mos: z.number().nullable(),
  recordings: z.number().int(),
});

export const CallCard = Call.extend({
  protocol: z.array(
    z.object({
      at: z.number().describe('ms from the first INVITE'),
      level: z.enum(['main', 'detail']),
      key: z.string(),
      parameters: z.record(z.string(), z.union([z.string(), z.number()])),
      text: z.string(),
      object: z.string(),
    }),
  ),
  journey: z.array(
    z.object({
      kind: z.string(),
      label: z.string(),
      from: z.number(),
      to: z.number().nullable(),
      result: z.string().nullable(),
    }),
  ),
  legs: z.array(
    z.object({
      id: z.string(),
      role: z.enum(['caller', 'target']),
      kind: z.enum(['user', 'pstn', 'service']),
      number: z.string(),
      name: z.string().nullable(),
      startedAt: z.string(),
      answeredAt: z.string().nullable(),
      endedAt: z.string(),
      sipStatus: z.number().int(),
      q850: z.number().int(),
      packetsIn: z.number().nullable(),
      packetsOut: z.number().nullable(),
      loss: z.number().nullable().describe('Share, 0…1'),
      jitterMs: z.number().nullable(),
      mos: z.number().nullable(),
    }),
  ),
});

/** ADM-2, ACC-33; combined by AND. */
export const callFilter = {
  ...period,
  type: several.describe('Codes of kinds, separated by commas'),
  direction: z.enum(['in', 'out', 'internal']).optional(),
  result: z.enum(['answered', 'unanswered']).optional(),
  line: several.describe('Digits of our numbers, separated by commas'),
  user: z.uuid().optional().describe('His journal, with kinds as he sees them'),
  group: z.uuid().optional(),
  search: text.describe('Part of a name, number or login; from three characters'),
};
