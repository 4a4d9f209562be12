import { type FieldName, fieldName, ONCE } from './names.ts';
import { clean, isToken, splitList } from './scan.ts';
import type { Headers } from './types.ts';

/** Header fields as two parallel lists: messages are short, and a scan beats a map. */
export class FieldList implements Headers {
  #names: FieldName[] = [];
  #values: string[] = [];

  /** The parser's way in: a field whose value is known to hold no CR, LF or NUL. */
  push(field: FieldName, value: string): void {
    this.#names.push(field);
    this.#values.push(value);
  }

  get length(): number {
    return this.#names.length;
  }

  /** Of all values: about how long the fields are without their names. */
  get characters(): number {
    let sum = 0;
    for (const value of this.#values) sum += value.length;
    return sum;
  }

  /** Bit of the field at `index`, see `FIELD`. */
  bitAt(index: number): number {
    return this.#names[index]?.bit ?? 0;
  }

  valueAt(index: number): string {
    return this.#values[index] ?? '';
  }

  /** Copies every field of `source` whose bit is in `bits`, in order; one that may stand only once, once. */
  copy(source: FieldList, bits: number): void {
    let wanted = bits;
    for (let i = 0; i < source.#names.length; i++) {
      const field = source.#names[i] as FieldName;
      if ((field.bit & wanted) === 0) continue;
      this.push(field, source.#values[i] as string);
      wanted &= ~(field.bit & ONCE);
    }
  }

  get(name: string): string | undefined {
    const at = this.#find(fieldName(name).key);
    return at < 0 ? undefined : this.#values[at];
  }

  all(name: string): readonly string[] {
    const { key, list } = fieldName(name);
    const out: string[] = [];
    for (let i = 0; i < this.#names.length; i++) {
      if (this.#names[i]?.key !== key) continue;
      const value = this.#values[i] as string;
      if (list) out.push(...splitList(value));
      else out.push(value);
    }
    return out;
  }

  has(name: string): boolean {
    return this.#find(fieldName(name).key) >= 0;
  }

  set(name: string, value: string): void {
    const field = sendable(name);
    const at = this.#find(field.key);
    if (at < 0) this.push(field, clean(value));
    else {
      this.#values[at] = clean(value);
      this.#drop(field.key, at + 1);
    }
  }

  append(name: string, value: string): void {
    this.push(sendable(name), clean(value));
  }

  prepend(name: string, value: string): void {
    this.#names.unshift(sendable(name));
    this.#values.unshift(clean(value));
  }

  remove(name: string): void {
    this.#drop(fieldName(name).key, 0);
  }

  clone(): FieldList {
    const copy = new FieldList();
    copy.#names = this.#names.slice();
    copy.#values = this.#values.slice();
    return copy;
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    for (let i = 0; i < this.#names.length; i++) {
      yield [this.#names[i]?.name as string, this.#values[i] as string];
    }
  }

  /** The fields as they stand on the wire, each line with its CRLF; Content-Length is left to the serialiser. */
  toText(): string {
    let out = '';
    for (let i = 0; i < this.#names.length; i++) {
      const field = this.#names[i] as FieldName;
      if (field.key !== 'content-length') out += `${field.name}: ${this.#values[i]}\r\n`;
    }
    return out;
  }

  #find(key: string): number {
    for (let i = 0; i < this.#names.length; i++) if (this.#names[i]?.key === key) return i;
    return -1;
  }

  #drop(key: string, from: number): void {
    let kept = from;
    for (let i = from; i < this.#names.length; i++) {
      const field = this.#names[i] as FieldName;
      if (field.key === key) continue;
      this.#names[kept] = field;
      this.#values[kept++] = this.#values[i] as string;
    }
    this.#names.length = kept;
    this.#values.length = kept;
  }
}

/** A name cannot end its line either: what is no token character becomes `-`. */
function sendable(name: string): FieldName {
  const field = fieldName(name);
  if (isToken(field.name)) return field;
  return fieldName(Array.from(name, c => (isToken(c) ? c : '-')).join('') || '-');
}

/** Empty header fields, or those given, in order. */
export function createHeaders(fields: Iterable<readonly [name: string, value: string]> = []): FieldList {
  const headers = new FieldList();
  for (const [name, value] of fields) headers.append(name, value);
  return headers;
}

/** The same fields with the fast accessors of this package, whoever made them. */
export const asFieldList = (headers: Headers): FieldList =>
  headers instanceof FieldList ? headers : createHeaders(headers);
