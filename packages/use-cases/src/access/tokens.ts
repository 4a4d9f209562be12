import { createHash, createHmac } from 'node:crypto';
import { secureBytes } from '@kommutator/base';

/** 256 random bits, as they stand in a cookie or a link. */
export const newToken = (): string => Buffer.from(secureBytes(32)).toString('base64url');

/** Everything else is no token of ours and is not looked for. */
export const isToken = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text);

/** As it is kept: who reads the database cannot sign in with it. */
export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

/** What changes made in this session must bring along; follows from the token, is kept nowhere. */
export const csrfOf = (token: string): string =>
  createHmac('sha256', token).update('csrf').digest('base64url');
