import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const LOCALES = join(import.meta.dirname, '..', 'src', 'locales');
const areas = readdirSync(join(LOCALES, 'ru'));

function texts(language: string, area: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (node: object, path: string) => {
    for (const [name, value] of Object.entries(node))
      if (typeof value === 'string') found.set(`${path}${name}`, value);
      else walk(value, `${path}${name}.`);
  };
  walk(JSON.parse(readFileSync(join(LOCALES, language, area), 'utf8')), '');
  return found;
}

const places = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(match => match[1]).sort();

describe('texts: Russian first, English complete', () => {
  test('both languages have the same areas', () => expect(readdirSync(join(LOCALES, 'en'))).toEqual(areas));

  test.each(areas)('%s: the same keys with the same places in both, none empty', area => {
    const ru = texts('ru', area);
    const en = texts('en', area);
    expect([...en.keys()].sort()).toEqual([...ru.keys()].sort());
    for (const [key, text] of ru) {
      expect(text.trim(), key).not.toBe('');
      expect(places(en.get(key) ?? ''), key).toEqual(places(text));
    }
  });

  test.each(areas)('%s: no Russian in the English', area => {
    for (const [key, text] of texts('en', area)) expect(/[а-яё]/i.test(text), `${key}: ${text}`).toBe(false);
  });

  test.each(areas)('%s: what is counted has all forms of the Russian plural', area => {
    const keys = [...texts('ru', area).keys()];
    for (const key of keys.filter(each => /_(one|few|many|other)$/.test(each))) {
      const stem = key.replace(/_(one|few|many|other)$/, '');
      for (const form of ['one', 'few', 'many', 'other']) expect(keys).toContain(`${stem}_${form}`);
    }
  });
});
