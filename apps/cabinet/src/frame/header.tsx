import { ActionIcon, Tooltip } from '@mantine/core';
import { IconLogout, IconMenu2, IconSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { signOut, useMe } from '../app/session.ts';
import { money } from '../format/index.ts';
import css from './frame.module.css';
import { JobsBell } from './jobs-bell.tsx';
import { LiveMark } from './live-mark.tsx';

const SearchDialog = lazy(() => import('./search-dialog.tsx'));

/** Logo, company and domain, balance, search, jobs, who is signed in, the way out (ACC-10). */
export function Header({ onMenu }: { readonly onMenu: () => void }) {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const [searching, setSearching] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.code !== 'KeyK') return;
      event.preventDefault();
      setSearching(true);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const mayPay = me.balance !== null;
  return (
    <header className={css.header}>
      <ActionIcon size="lg" onClick={onMenu} aria-label={t('frame.menu')}>
        <IconMenu2 size={20} />
      </ActionIcon>
      <Link to="/" className={css.logo} aria-label={me.brand.name}>
        <img src={me.brand.logoUrl ?? '/favicon.svg'} alt="" />
        <span>{me.brand.name}</span>
      </Link>
      {me.domain && (
        <div className={css.company}>
          <strong title={me.domain.company}>{me.domain.company}</strong>
          <span title={me.domain.name}>
            {t('frame.domain', { name: me.domain.visibleName || me.domain.name })}
          </span>
        </div>
      )}
      <div className={css.space} />
      <LiveMark />
      {mayPay && (
        <span className={css.balance} data-negative={(me.balance ?? 0) < 0 || undefined}>
          {t('frame.balance')} <strong>{money(me.balance ?? 0, i18n.language)}</strong>
        </span>
      )}
      <button
        type="button"
        className={css.searchButton}
        onClick={() => setSearching(true)}
        aria-label={t('search.open')}
      >
        <IconSearch size={17} aria-hidden />
        <span>{t('search.short')}</span>
      </button>
      {searching && (
        <Suspense>
          <SearchDialog onClose={() => setSearching(false)} />
        </Suspense>
      )}
      <JobsBell />
      <Link to="/my/security" className={css.person} title={me.user.displayName}>
        <strong>{me.user.displayName}</strong>
        <span>{t(`role.${me.area}`)}</span>
      </Link>
      <Tooltip label={t('frame.signOut')}>
        <ActionIcon size="lg" onClick={() => void signOut()} aria-label={t('frame.signOut')}>
          <IconLogout size={19} />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}
