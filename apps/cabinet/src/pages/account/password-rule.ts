/** ACC-16.2, said before the server says it: at least six printable ASCII characters, a letter and a digit. */
export function whyNot(password: string, again: string): 'weak' | 'differs' | null {
  const strong = /^[\x20-\x7e]{6,64}$/.test(password) && /[a-z]/i.test(password) && /\d/.test(password);
  if (!strong) return 'weak';
  return password === again ? null : 'differs';
}
