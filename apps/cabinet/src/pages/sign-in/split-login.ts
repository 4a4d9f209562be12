/** `login@domain`, typed or pasted, fills two fields (ACC-4.4); until the domain begins, it is still a login. */
export function splitLogin(text: string): { readonly login: string; readonly domain: string | null } {
  const at = text.indexOf('@');
  const domain = at < 0 ? '' : text.slice(at + 1).trim();
  return domain.includes('.') ? { login: text.slice(0, at).trim(), domain } : { login: text, domain: null };
}
