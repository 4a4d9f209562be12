import type { ReactNode } from 'react';
import css from './page.module.css';

/** A page: title, what is above the content, content. `fill` = the content scrolls by itself (tables). */
export function Page({
  title,
  hint,
  actions,
  fill = false,
  children,
}: {
  readonly title: ReactNode;
  readonly hint?: ReactNode;
  readonly actions?: ReactNode;
  readonly fill?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <div className={css.page} data-fill={fill || undefined}>
      <div className={css.top}>
        <h1>{title}</h1>
        {hint && <span className={css.hint}>{hint}</span>}
        {actions && <div className={css.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A titled piece of a page. */
export function Section({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className={css.section}>
      <h2>{title}</h2>
      {text && <p className={css.sectionText}>{text}</p>}
      {children}
    </section>
  );
}

/** The line above a table: how many there are, how many are here, whether they are kept up to date. */
export function TotalLine({ children, aside }: { readonly children: ReactNode; readonly aside?: ReactNode }) {
  return (
    <div className={css.total}>
      <span aria-live="polite">{children}</span>
      {aside}
    </div>
  );
}

/** «+3 новых вызова»: what came while something older was being read. */
export function FreshButton({
  onClick,
  children,
}: {
  readonly onClick: () => void;
  readonly children: ReactNode;
}) {
  return (
    <button type="button" className={css.fresh} onClick={onClick}>
      ↑ {children}
    </button>
  );
}
