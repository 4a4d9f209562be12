import type { KeyboardEvent } from 'react';

export interface Keys {
  readonly count: number;
  /** −1 = none yet. */
  readonly active: number;
  /** Rows a page key walks over. */
  readonly page: number;
  move(to: number): void;
  open(index: number): void;
  choose(index: number): void;
}

/** Where a key leads from the row under the keyboard; null = it is not a key that walks. */
export function nextRow(key: string, { count, active, page }: Pick<Keys, 'count' | 'active' | 'page'>) {
  const last = count - 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: last,
  };
  const to = steps[key];
  return to === undefined || count === 0 ? null : Math.max(0, Math.min(last, to));
}

export function useTableKeys(keys: Keys) {
  return (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = nextRow(event.key, keys);
    if (to !== null) keys.move(to);
    else if (event.key === 'Enter' && keys.active >= 0) keys.open(keys.active);
    else if (event.key === ' ' && keys.active >= 0) keys.choose(keys.active);
    else return;
    event.preventDefault();
  };
}
