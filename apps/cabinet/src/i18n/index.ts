/** Texts: Russian first, English complete; a catalogue per area and language, fetched when the area is. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '../api/words.ts';

const catalogues = import.meta.glob<Record<string, unknown>>('../locales/*/*.json', { import: 'default' });

const STORED = 'kommutator.language';

/** The language chosen here before, else the browser's, else Russian. */
export function firstLanguage(): Language {
  const chosen = localStorage.getItem(STORED);
  if (chosen === 'ru' || chosen === 'en') return chosen;
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'ru';
}

export const i18n = i18next.createInstance();

/** Ready when the frame's texts are there. */
export async function startTexts(language: Language): Promise<void> {
  i18n.use(initReactI18next);
  i18n.use({
    type: 'backend',
    init() {},
    read(of: string, area: string, done: (error: unknown, data: unknown) => void) {
      const load = catalogues[`../locales/${of}/${area}.json`];
      if (!load) return done(new Error(`no texts: ${of}/${area}`), null);
      load().then(
        data => done(null, data),
        error => done(error, null),
      );
    },
  });
  document.documentElement.lang = language;
  await i18n.init({
    lng: language,
    fallbackLng: false,
    ns: ['frame'],
    defaultNS: 'frame',
    interpolation: { escapeValue: false },
    react: { useSuspense: true },
  });
}

/** Switches the language of the page and remembers it for the sign-in form. */
export async function changeLanguage(language: Language): Promise<void> {
  localStorage.setItem(STORED, language);
  document.documentElement.lang = language;
  await i18n.changeLanguage(language);
}
