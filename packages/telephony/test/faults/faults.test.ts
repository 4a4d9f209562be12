import { describe, it } from 'vitest';
import { LOST } from './lost.ts';

describe('messages that are lost, doubled or late', () => {
  it.each(LOST)('$rule $fault: $happens', ({ run }) => run());
});
