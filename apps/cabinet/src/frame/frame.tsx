import { Drawer } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation } from '@tanstack/react-router';
import { Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '../api/words.ts';
import { Waiting } from '../app/fallbacks.tsx';
import { meQuery, useMay, useMe } from '../app/session.ts';
import { useNarrow } from '../design/use-narrow.ts';
import { useLive } from '../live/index.ts';
import { Blocks } from './blocks.tsx';
import css from './frame.module.css';
import { Header } from './header.tsx';
import { SideMenu } from './side-menu.tsx';
import { Toasts } from './toasts.tsx';

const STORED = 'kommutator.menu';
/** Lists that show configuration. */
const CONFIGURED = [['/users'], ['/groups'], ['/numbers']];

/** What stands around every page: menu, header, notices (UI «Frame»). */
export default function Frame() {
  const { t } = useTranslation();
  const me = useMe();
  const narrow = useNarrow();
  const { pathname } = useLocation();
  const [closed, setClosed] = useState(() => localStorage.getItem(STORED) === 'closed');
  const [drawer, setDrawer] = useState(false);
  useCounters();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page chosen closes the drawer
  useEffect(() => setDrawer(false), [pathname]);
  const toggle = () => {
    if (narrow) return setDrawer(!drawer);
    localStorage.setItem(STORED, closed ? 'open' : 'closed');
    setClosed(!closed);
  };
  return (
    <div className={css.frame} data-area={me.area} data-closed={closed || undefined}>
      <a href="#content" className={css.skip}>
        {t('frame.skip')}
      </a>
      <Header onMenu={toggle} />
      {narrow ? (
        <Drawer
          opened={drawer}
          onClose={() => setDrawer(false)}
          size={290}
          title={me.brand.name}
          closeButtonProps={{ 'aria-label': t('action.close') }}
        >
          <SideMenu />
        </Drawer>
      ) : (
        <aside className={css.side}>
          <SideMenu closed={closed} />
        </aside>
      )}
      <main id="content" className={css.main} tabIndex={-1}>
        <Blocks />
        <div className={css.page}>
          <Suspense fallback={<Waiting />}>
            <Outlet />
          </Suspense>
        </div>
      </main>
      <Toasts />
    </div>
  );
}

/** Counters, balance and outgoing number of the frame follow what others change (ACC-9.4, RTE-1). */
function useCounters(): void {
  const client = useQueryClient();
  const may = useMay()('live');
  useLive(
    'counters',
    data => {
      client.setQueryData(meQuery.queryKey, (me: Me | null | undefined) =>
        me && typeof data === 'object' && data !== null ? { ...me, ...frameOf(me, data) } : me,
      );
      // Something of the configuration changed: what the event does not say is read anew.
      void client.invalidateQueries(meQuery);
      for (const queryKey of CONFIGURED) void client.invalidateQueries({ queryKey });
    },
    may,
  );
}

type Counted = Partial<Pick<Me, 'counters' | 'outgoingNumber' | 'balance' | 'blocks'>>;

function frameOf(me: Me, data: object): Counted {
  const said = data as Counted & Partial<NonNullable<Me['counters']>>;
  const { users, groups, numbers } = said;
  const bare = users !== undefined && groups !== undefined && numbers !== undefined;
  return {
    counters: said.counters ?? (bare ? { users, groups, numbers } : me.counters),
    outgoingNumber: said.outgoingNumber === undefined ? me.outgoingNumber : said.outgoingNumber,
    balance: said.balance === undefined ? me.balance : said.balance,
    blocks: said.blocks ?? me.blocks,
  };
}
