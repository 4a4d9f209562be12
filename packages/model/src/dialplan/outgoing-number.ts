import type { DomainSnapshot, UserConfig } from '../config/index.ts';
import type { E164 } from '../ids/index.ts';
import { findNumber } from '../lookup/index.ts';

/**
 * The number shown to the public network: the user's, else the domain's, else its first main number (ACC-15, RTE-6, USR-27).
 * Only a number that is the domain's now, and not in code 800, is ever shown. Null = none: refuse with 403.
 * @param user null = a call of the domain itself
 */
export function outgoingNumber(config: DomainSnapshot, user: UserConfig | null): E164 | null {
  return (
    own(config, user?.outgoingNumber ?? null) ??
    own(config, config.defaultOutgoingNumber) ??
    config.numbers.find(number => number.kind === 'main' && number.class !== 'tollfree')?.digits ??
    null
  );
}

function own(config: DomainSnapshot, digits: E164 | null): E164 | null {
  const number = digits === null ? undefined : findNumber(config, digits);
  return number && number.class !== 'tollfree' ? number.digits : null;
}
