import type { InfiniteData } from '@tanstack/react-query';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { listQuery, rowsOf, totalOf } from '../../api/lists.ts';
import type { Page as Piece, Presence, User } from '../../api/words.ts';
import {
  type Column,
  DataTable,
  EmptyState,
  ErrorState,
  FilterBar,
  Page,
  TotalLine,
} from '../../design/index.ts';
import { count } from '../../format/index.ts';
import { useLive } from '../../live/index.ts';
import { PresenceMark } from './presence.tsx';
import { UserPanel } from './user-panel.tsx';
import css from './users.module.css';

/** USR-4.1: shorter texts do not filter. */
const SHORTEST = 3;

/** «Пользователи» (USR-1…4), read-only, presence live. */
export default function UsersPage() {
  const { t, i18n } = useTranslation(['users', 'frame']);
  const navigate = useNavigate({ from: '/users' });
  const search = useSearch({ from: '/frame/users' });
  const asked = search.search ?? '';
  const filter = asked.length >= SHORTEST || /^\d{1,2}$/.test(asked) ? { search: asked } : {};
  const query = useInfiniteQuery(listQuery<User>('/users', filter));
  const rows = useMemo(() => rowsOf(query.data), [query.data]);
  const total = totalOf(query.data);
  usePresence();
  const columns = useMemo(() => columnsOf(t), [t]);
  const open = rows.find(({ id }) => id === search.user);
  const go = (next: typeof search) => void navigate({ search: next, replace: true });
  return (
    <Page title={t('title')} fill>
      <FilterBar
        search={asked}
        onSearch={text => go({ ...(text && { search: text }) })}
        searchLabel={t('search')}
      />
      <TotalLine>
        {total !== null && t('total', { count: total, shown: count(total, i18n.language) })}
      </TotalLine>
      {query.error ? (
        <ErrorState error={query.error} retry={() => void query.refetch()} />
      ) : (
        <DataTable<User>
          label={t('title')}
          columns={columns}
          rows={rows}
          rowId={row => row.id}
          total={total}
          loading={query.isPending}
          more={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
          openId={search.user}
          onOpen={user => go({ ...search, user: user.id })}
          compact={user => ({
            first: (
              <>
                <strong className={css.name}>{user.displayName}</strong>
                <span>{user.extension}</span>
              </>
            ),
            second: <PresenceMark presence={user.presence} />,
          })}
          empty={<EmptyState title={t('frame:empty.found')} text={t('frame:empty.foundText')} />}
        />
      )}
      {search.user && (
        <UserPanel
          id={search.user}
          known={open}
          onClose={() => go({ ...(search.search && { search: search.search }) })}
        />
      )}
    </Page>
  );
}

/** What the channel says of a user's phones goes into every list that shows him. */
function usePresence(): void {
  const client = useQueryClient();
  useLive('presence', data => {
    const said = data as Presence & { readonly user: string };
    const put = (user: User): User =>
      user.id === said.user
        ? {
            ...user,
            presence: {
              state: said.state,
              devices: said.devices,
              since: said.since,
              peer: said.peer,
            },
          }
        : user;
    client.setQueriesData<InfiniteData<Piece<User>>>(
      { queryKey: ['/users'] },
      list => list && { ...list, pages: list.pages.map(page => ({ ...page, items: page.items.map(put) })) },
    );
    client.setQueryData<User>(['user', said.user], user => user && put(user));
  });
}

type Translate = TFunction<['users', 'frame']>;

function columnsOf(t: Translate): readonly Column<User>[] {
  return [
    {
      id: 'presence',
      title: t('column.presence'),
      width: '160px',
      cell: user => <PresenceMark presence={user.presence} />,
    },
    {
      id: 'name',
      title: t('column.name'),
      width: 'minmax(210px, 1.6fr)',
      cell: user => (
        <>
          <span title={user.displayName}>{user.displayName}</span>
          {user.position && <span className={css.soft}> · {user.position}</span>}
        </>
      ),
    },
    { id: 'extension', title: t('column.extension'), width: '150px', cell: user => user.extension },
    { id: 'login', title: t('column.login'), width: '110px', cell: user => user.login },
    {
      id: 'groups',
      title: t('column.groups'),
      width: 'minmax(130px, 1fr)',
      cell: user => user.groups.map(({ name }) => name).join(', '),
    },
    {
      id: 'marks',
      title: '',
      width: '220px',
      cell: user => <Marks user={user} />,
    },
  ];
}

/** «Оператор», «Администратор»: the indicators of a row (USR-2). */
function Marks({ user }: { readonly user: User }) {
  const { t } = useTranslation(['users', 'frame']);
  return (
    <span className={css.marks}>
      {user.isAdmin && <span className={css.mark}>{t('mark.admin')}</span>}
      {user.isOperator && <span className={css.mark}>{t('mark.operator')}</span>}
      {user.recording && <span className={css.mark}>{t('mark.recording')}</span>}
    </span>
  );
}
