import type { ReactNode } from 'react';
import css from './table.module.css';

/** A button at a row's end; an element of its own, as light as a row that comes and goes with every turn of the wheel. */
export function RowAction({
  label,
  onClick,
  children,
}: {
  readonly label: string;
  readonly onClick: () => void;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      className={css.action}
      title={label}
      aria-label={label}
      tabIndex={-1}
      onClick={event => {
        event.stopPropagation();
        onClick();
      }}
    >
      {children}
    </button>
  );
}
