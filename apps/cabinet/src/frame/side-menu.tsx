import { Tooltip } from '@mantine/core';
import {
  IconBrush,
  IconHash,
  IconHistory,
  IconListDetails,
  IconPhoneCall,
  IconRoute,
  IconShieldLock,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type MenuItem, menuOf, type PageId } from '../app/menu.ts';
import { useMe } from '../app/session.ts';
import css from './frame.module.css';

const PAGE_ICONS: Readonly<Record<PageId, typeof IconHash>> = {
  users: IconUsers,
  groups: IconUsersGroup,
  numbers: IconHash,
  'route-check': IconRoute,
  calls: IconHistory,
  actions: IconListDetails,
  'my-calls': IconPhoneCall,
  security: IconShieldLock,
  appearance: IconBrush,
};

const OWN: readonly PageId[] = ['my-calls', 'security', 'appearance'];

/** The pages by right, with their counters (ACC-9); icons only when closed. */
export function SideMenu({ closed = false }: { readonly closed?: boolean }) {
  const { t } = useTranslation();
  const me = useMe();
  const items = menuOf(me);
  const common = items.filter(({ id }) => !OWN.includes(id));
  const own = items.filter(({ id }) => OWN.includes(id));
  return (
    <nav aria-label={t('frame.menu')}>
      <ul className={css.menu}>
        {common.map(item => (
          <Entry key={item.id} item={item} closed={closed} />
        ))}
        {common.length > 0 && (
          <li className={css.caption} aria-hidden>
            {t('menu.personal')}
          </li>
        )}
        {own.map(item => (
          <Entry key={item.id} item={item} closed={closed} />
        ))}
      </ul>
    </nav>
  );
}

function Entry({ item, closed }: { readonly item: MenuItem; readonly closed: boolean }) {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const Icon = PAGE_ICONS[item.id];
  const value = item.value?.(me, i18n.language, t('menu.noNumber')) ?? null;
  const label = t(`menu.${item.id}`);
  const text = value === null ? label : `${label}: ${value}`;
  return (
    <li>
      <Tooltip label={text} disabled={!closed} position="right">
        <Link
          to={item.path}
          className={css.item}
          data-sub={(item.sub && !closed) || undefined}
          aria-label={text}
        >
          {(!item.sub || closed) && <Icon size={20} stroke={1.6} aria-hidden />}
          {!closed && (
            <span>
              {label}
              {value !== null && (
                <>
                  : <span className={css.value}>{value}</span>
                </>
              )}
            </span>
          )}
        </Link>
      </Tooltip>
    </li>
  );
}
