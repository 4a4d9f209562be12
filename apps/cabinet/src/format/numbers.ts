/** Figures as people read them; pure, so that tables and tests share them. */
import { formatDisplay, formatNational } from '@kommutator/model/numbers';

/** «+7 495 123-45-67»; internal numbers as they are. */
export const phone = (digits: string): string => (/^\d+$/.test(digits) ? formatNational(digits) : digits);

/** «+7 (495) 123-45-67»: menu and routing. */
export const phoneInMenu = (digits: string): string =>
  /^\d+$/.test(digits) ? formatDisplay(digits) : digits;

/** No-break space. */
const NBSP = '\u00a0';

/** «12 340», no-break spaces; English «12,340». */
export const count = (n: number, language: string): string =>
  String(Math.trunc(n)).replace(/\B(?=(\d{3})+$)/g, language === 'en' ? ',' : NBSP);

/** Kopecks → «1 234,56 ₽» (ACC-12.3: no-break spaces, comma, always two decimals). English «₽1,234.56». */
export function money(kopecks: number, language: string): string {
  const sign = kopecks < 0 ? '−' : '';
  const all = Math.abs(Math.trunc(kopecks));
  const roubles = count(Math.floor(all / 100), language);
  const rest = String(all % 100).padStart(2, '0');
  return language === 'en' ? `${sign}₽${roubles}.${rest}` : `${sign}${roubles},${rest}${NBSP}₽`;
}

const UNITS = { ru: ['ч', 'мин', 'с'], en: ['h', 'min', 's'] } as const;

/** Seconds → «1 мин 29 с»: tables. */
export function duration(seconds: number, language: string): string {
  const [h, m, s] = UNITS[language === 'en' ? 'en' : 'ru'];
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [
    [Math.floor(whole / 3600), h],
    [Math.floor(whole / 60) % 60, m],
    [whole % 60, s],
  ] as const;
  const shown = parts.filter(([n], i) => n > 0 || (i === 2 && whole % 60 === 0 && whole === 0));
  return shown.map(([n, unit]) => `${n}${NBSP}${unit}`).join(' ');
}

const two = (n: number): string => String(n).padStart(2, '0');

/** Seconds → «00:01:29»: reports and running calls. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** Bytes → «1,2 МБ». */
export function bytes(size: number, language: string): string {
  const names = language === 'en' ? ['B', 'kB', 'MB', 'GB'] : ['Б', 'кБ', 'МБ', 'ГБ'];
  let value = size;
  let step = 0;
  while (value >= 1000 && step < names.length - 1) {
    value /= 1000;
    step++;
  }
  const text = step === 0 ? String(value) : value.toFixed(value < 10 ? 1 : 0);
  return `${language === 'en' ? text : text.replace('.', ',')}${NBSP}${names[step]}`;
}

/** Share 0…1 → «12,5 %». */
export function percent(share: number, language: string, decimals = 1): string {
  const text = (share * 100).toFixed(decimals);
  return language === 'en' ? `${text}%` : `${text.replace('.', ',')}${NBSP}%`;
}
