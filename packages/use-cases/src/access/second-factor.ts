/** Codes of an authenticator application (RFC 6238) and recovery codes; each is taken once. */
import { createHmac } from 'node:crypto';
import { secureBytes } from '@kommutator/base';
import type { Account } from '@kommutator/store';
import { Secret, TOTP } from 'otpauth';
import type { AccessDesk } from './desk.ts';

const PERIOD_S = 30;
const DIGITS = 6;
/** One step early or late: clocks differ (RFC 6238 §5.2). */
const WINDOW = 1;
const SECRET_BYTES = 20;
/** No look-alikes. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const CODE_LENGTH = 10;
const RECOVERY_CODES = 10;

/** A new secret in base32. */
export const newTotpSecret = (): string =>
  new Secret({ buffer: new Uint8Array(secureBytes(SECRET_BYTES)).buffer }).base32;

const generator = (secret: string, label = '') =>
  new TOTP({
    issuer: 'Коммутатор',
    label,
    algorithm: 'SHA1',
    digits: DIGITS,
    period: PERIOD_S,
    secret: Secret.fromBase32(secret),
  });

/** What the QR code says. */
export const totpUri = (secret: string, label: string): string => generator(secret, label).toString();

/**
 * The step of time a code belongs to, or null.
 * @param at Unix ms.
 */
export function totpStep(secret: string, code: string, at: number): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const delta = generator(secret).validate({ token: code, timestamp: at, window: WINDOW });
  return delta === null ? null : Math.floor(at / 1000 / PERIOD_S) + delta;
}

/** Ten codes for who lost the application; shown once. */
export const newRecoveryCodes = (): readonly string[] =>
  Array.from({ length: RECOVERY_CODES }, () => {
    const letters: string[] = [];
    // Bytes beyond a whole number of alphabets would make some letters likelier.
    const fair = 256 - (256 % LETTERS.length);
    while (letters.length < CODE_LENGTH)
      for (const byte of secureBytes(CODE_LENGTH))
        if (byte < fair && letters.length < CODE_LENGTH)
          letters.push(LETTERS[byte % LETTERS.length] as string);
    return `${letters.slice(0, 5).join('')}-${letters.slice(5).join('')}`;
  });

/** As it is kept: keyed by whose it is; 49 bits of chance need no slow hash behind five attempts. */
export const recoveryHash = (account: string, code: string): Buffer =>
  createHmac('sha256', account)
    .update(code.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
    .digest();

/** Whether a code proves the second factor; it is used up by that. */
export async function provesSecondFactor(
  { store, box, clock }: AccessDesk,
  { person, totpSecret }: Account,
  code: string,
): Promise<boolean> {
  if (totpSecret === null) return false;
  const given = code.trim().replaceAll(' ', '');
  const step = totpStep(box.open(totpSecret), given, clock.wall());
  if (step !== null) return store.access.takeTotpStep(person.id, step);
  return store.access.takeRecoveryCode(person.id, recoveryHash(person.id, given));
}
