import { expect, it } from 'vitest';
import { passwordRefusal } from '../src/passwords/index.ts';

it.each([
  ['ACC-16 five characters', 'abc12', 'password.short'],
  ['ACC-16 no digit', 'abcdef', 'password.digit'],
  ['ACC-16 no letter', '123456', 'password.letter'],
  ['ACC-16 Cyrillic', 'пароль1', 'password.characters'],
  ['ACC-16 a space', 'abc 123', 'password.characters'],
  ['USR-13 65 characters', `a1${'x'.repeat(63)}`, 'password.long'],
  ['USR-13 equal to the login', 'IVAN01', 'password.login'],
  ['ACC-16 abc123 passes', 'abc123', undefined],
  ['USR-13 a generated one passes', 'G7zNo0vHDTDGyVAdQ5Wp', undefined],
  ['ACC-16 signs are allowed', 'Demo-1234', undefined],
])('%s', (_title, password, code) => {
  expect(passwordRefusal(password, 'ivan01')?.code).toBe(code);
});
