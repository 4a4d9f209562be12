/** Letters of access, Russian and English. Values are text: nothing in them is read as HTML. */
import type { CabinetPerson } from '@kommutator/store';

export interface LetterText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, sign => HTML[sign] as string);

/** Paragraphs; one that is an address becomes a link. */
function letter(subject: string, paragraphs: readonly string[]): LetterText {
  const html = paragraphs.map(each =>
    /^https?:\/\/\S+$/.test(each)
      ? `<p><a href="${escaped(each)}">${escaped(each)}</a></p>`
      : `<p>${escaped(each)}</p>`,
  );
  return { subject, text: `${paragraphs.join('\n\n')}\n`, html: html.join('\n') };
}

const sipAddress = ({ login, domain }: CabinetPerson): string => (domain ? `${login}@${domain.name}` : login);

/** ACC-7.2: the link that sets a new password. */
export function passwordLinkLetter(person: CabinetPerson, link: string): LetterText {
  if (person.language === 'en')
    return letter('Password recovery', [
      `Somebody asked for a new password for ${sipAddress(person)}. To set it, open this link within 60 minutes:`,
      link,
      'The link works once. The password is also that of your SIP phone: one that was set up by hand needs the new one.',
      'If it was not you, do nothing: the password stays as it is.',
    ]);
  return letter('Восстановление пароля', [
    `Для учётной записи ${sipAddress(person)} запрошен новый пароль. Чтобы задать его, откройте ссылку в течение 60 минут:`,
    link,
    'Ссылка действует один раз. Пароль также используется в SIP-телефоне: настроенному вручную телефону нужен новый пароль.',
    'Если это были не вы, ничего не делайте: пароль останется прежним.',
  ]);
}

/** ACC-7.4, ACC-16.5: notice, without the password. */
export function passwordChangedLetter(person: CabinetPerson, ip: string | null): LetterText {
  if (person.language === 'en')
    return letter('Your password was changed', [
      `The password of ${sipAddress(person)} was changed${ip === null ? '' : ` from the address ${ip}`}. Other sessions were ended.`,
      'If it was not you, ask the administrator of your domain at once.',
    ]);
  return letter('Пароль изменён', [
    `Пароль учётной записи ${sipAddress(person)} изменён${ip === null ? '' : ` с адреса ${ip}`}. Остальные сеансы завершены.`,
    'Если это были не вы, сразу обратитесь к администратору домена.',
  ]);
}
