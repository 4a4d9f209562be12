/** What a password of a user may be (ACC-16, USR-13): the same rule for the form and for the server. */
import { type Refusal, refuse } from '../refusals/index.ts';

/** Form rule of USR-13; a list of users has a stricter one. */
const SHORTEST = 6;
const LONGEST = 64;

/**
 * The first rule a new password breaks, or null.
 * @param field name of the form's field.
 */
export function passwordRefusal(password: string, login: string, field = 'password'): Refusal | null {
  const no = (code: Refusal['code'], params: Refusal['params'] = {}) => refuse(code, params, field).error;
  if (!/^[\x21-\x7e]*$/.test(password)) return no('password.characters');
  if (password.length < SHORTEST) return no('password.short', { min: SHORTEST });
  if (password.length > LONGEST) return no('password.long', { max: LONGEST });
  if (!/[a-z]/i.test(password)) return no('password.letter');
  if (!/[0-9]/.test(password)) return no('password.digit');
  if (password.toLowerCase() === login.toLowerCase()) return no('password.login');
  return null;
}
