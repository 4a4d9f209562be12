import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useEffect, useSyncExternalStore } from 'react';
import css from './toasts.module.css';

export interface Toast {
  readonly tone: 'good' | 'bad';
  readonly text: string;
}

let shown: readonly (Toast & { readonly id: number })[] = [];
let last = 0;
const watchers = new Set<() => void>();
const change = (next: typeof shown) => {
  shown = next;
  for (const act of watchers) act();
};

/** ms a notice stays. */
const STAYS = 6_000;

/** Says something for a moment, whatever page is open. */
export function toast(words: Toast): void {
  change([...shown.slice(-2), { ...words, id: ++last }]);
}

const subscribe = (act: () => void) => {
  watchers.add(act);
  return () => watchers.delete(act);
};

export function Toasts() {
  const toasts = useSyncExternalStore(subscribe, () => shown);
  return (
    <div className={css.toasts} role="status" aria-live="polite">
      {toasts.map(each => (
        <Notice key={each.id} {...each} />
      ))}
    </div>
  );
}

function Notice({ id, tone, text }: Toast & { readonly id: number }) {
  useEffect(() => {
    const timer = setTimeout(() => change(shown.filter(each => each.id !== id)), STAYS);
    return () => clearTimeout(timer);
  }, [id]);
  const Icon = tone === 'good' ? IconCircleCheck : IconAlertTriangle;
  return (
    <div className={css.toast} data-tone={tone}>
      <Icon size={18} aria-hidden /> {text}
    </div>
  );
}
