/**
 * Speaks prompts/script.json into prompts/<language>/<kind>/<name>.wav (G.711 A-law, 8 kHz, mono) and plays the
 * hold melody into prompts/common/melody/hold.wav. Needs Debian's espeak-ng and sox. Run: node prompts/make.mjs
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'prompts-'));
const telephone = ['-r', '8000', '-c', '1', '-e', 'a-law'];
/** Band-limited to the telephone channel, peak at -6 dBFS, silence at both ends cut to 60 ms. */
const POLISH =
  'gain -6 highpass 200 gain -n -6 silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse pad 0.06 0.06';
/** @param {string} text */
const words = text => text.split(' ');
/** @type {Readonly<Record<string, readonly string[]>>} */
const voices = { ru: ['-v', 'ru', '-s', '140'], en: ['-v', 'en', '-s', '150'] };

/** @param {string} language @param {string} kind @param {string} name */
function target(language, kind, name) {
  const folder = join(here, language, kind);
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.wav`);
}

const script = JSON.parse(readFileSync(join(here, 'script.json'), 'utf8'));
for (const [kind, clips] of Object.entries(script)) {
  for (const [name, texts] of Object.entries(clips)) {
    for (const [language, text] of Object.entries(texts)) {
      const raw = join(work, 'spoken.wav');
      execFileSync('espeak-ng', [...(voices[language] ?? []), '-w', raw, text]);
      execFileSync('sox', [raw, ...telephone, target(language, kind, name), ...words(POLISH)]);
    }
  }
}

// A quiet arpeggio over four chords; each note fades like a plucked string.
const chords = [
  ['C4', 'E4', 'G4', 'C5'],
  ['A3', 'C4', 'E4', 'A4'],
  ['F3', 'A3', 'C4', 'F4'],
  ['G3', 'B3', 'D4', 'G4'],
];
const notes = chords.flatMap(chord => [0, 1, 2, 3, 2, 1].map(string => chord[string] ?? ''));
const files = notes.map((note, i) => {
  const file = join(work, `note-${i}.wav`);
  const pluck = `synth 0.4 pluck ${note} fade 0.01 0.4 0.05 gain -12`;
  execFileSync('sox', ['-n', '-r', '8000', '-c', '1', file, ...words(pluck)]);
  return file;
});
execFileSync('sox', [...files, ...files, ...telephone, target('common', 'melody', 'hold')]);
rmSync(work, { recursive: true });
