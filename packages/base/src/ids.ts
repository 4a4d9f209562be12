import { secureBytes } from './secure-bytes.ts';

declare const brand: unique symbol;
/** A string that may not be mixed up with another: `Brand<string, 'CallId'>`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * UUID version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random bits.
 * @param wall Unix time in ms, from a {@link Clock}.
 */
export function uuidV7(wall: number): string {
  const r = secureBytes(10);
  const time = Math.floor(wall).toString(16).padStart(12, '0');
  const h = (i: number) => hex[r[i] as number] as string;
  const version = hex[((r[0] as number) & 0x0f) | 0x70] as string;
  const variant = hex[((r[2] as number) & 0x3f) | 0x80] as string;
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}${h(1)}-${variant}${h(3)}-${h(4)}${h(5)}${h(6)}${h(7)}${h(8)}${h(9)}`;
}

/** A new UUIDv7 as the branded id the caller asks for. */
export const newId = <Id extends string>(wall: number): Id => uuidV7(wall) as Id;
