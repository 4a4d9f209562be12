import type { UserConfig } from '@kommutator/model/config';
import type { Party } from '@kommutator/model/events';

/** A user as the far end of a leg, and as the one who pays. */
export const partyOf = (user: UserConfig): Party => ({
  kind: 'user',
  number: user.extension,
  name: user.displayName,
  user: user.id,
});
