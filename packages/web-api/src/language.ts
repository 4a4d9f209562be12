import type { Language } from '@kommutator/model/messages';

/** The language a browser prefers of ours (RFC 9110 §12.5.4); Russian where it prefers neither. */
export function acceptedLanguage(header: string | undefined): Language {
  let best: { language: Language; q: number } | null = null;
  for (const item of (header ?? '').slice(0, 500).split(',')) {
    const [tag = '', ...parameters] = item.split(';').map(part => part.trim().toLowerCase());
    const language = tag.split('-')[0];
    if (language !== 'ru' && language !== 'en') continue;
    const weight = parameters.find(each => each.startsWith('q='));
    const q = weight === undefined ? 1 : Number(weight.slice(2));
    if (q > 0 && q <= 1 && (best === null || q > best.q)) best = { language, q };
  }
  return best?.language ?? 'ru';
}
