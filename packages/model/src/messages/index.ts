/** Texts of the product: Russian first, English complete. A text is a template with `{name}` places. */

export type Language = 'ru' | 'en';

export interface Message {
  readonly ru: string;
  readonly en: string;
}

export type Params = Readonly<Record<string, string | number>>;

/** Puts the parameters into a template; a place without its parameter stays as it is written. */
export function fill(template: string, params: Params): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = params[name];
    return value === undefined ? place : String(value);
  });
}
