import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguageSwitch } from './language-switch.tsx';
import css from './outside.module.css';

/** What stands around the pages in front of the sign-in. */
export function Outside({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text?: ReactNode;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <div className={css.outside}>
      <main className={css.card}>
        <div className={css.brand}>
          <img src="/favicon.svg" alt="" width={34} height={34} />
          <span>{t('product')}</span>
        </div>
        <h1>{title}</h1>
        {text && <p className={css.text}>{text}</p>}
        {children}
      </main>
      <LanguageSwitch />
    </div>
  );
}
