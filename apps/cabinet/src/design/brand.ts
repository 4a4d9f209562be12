/** Ten shades around a brand's colour, light to dark, the sixth being the colour itself. */
export function brandShades(accent: string): readonly string[] {
  const light = [92, 82, 64, 46, 28, 12].map(share => `color-mix(in oklab, ${accent}, white ${share}%)`);
  const dark = [10, 22, 34].map(share => `color-mix(in oklab, ${accent}, black ${share}%)`);
  return [...light, accent, ...dark];
}

/** The product's own, whose shades stand in tokens.css. */
const INDIGO = '#4c6ef5';

/** The brand's accent on the whole page; anything but a #rrggbb leaves indigo. */
export function wearBrand(accent: string): void {
  if (accent.toLowerCase() === INDIGO || !/^#[0-9a-f]{6}$/i.test(accent)) return;
  const { style } = document.documentElement;
  for (const [i, shade] of brandShades(accent).entries())
    style.setProperty(`--mantine-color-accent-${i}`, shade);
}
