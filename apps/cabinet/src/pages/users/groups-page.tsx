import { IconUsersGroup } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { listQuery, rowsOf } from '../../api/lists.ts';
import type { Group } from '../../api/words.ts';
import { type Column, DataTable, EmptyState, ErrorState, Page, TotalLine } from '../../design/index.ts';
import css from './users.module.css';

const ALGORITHMS = ['none', 'all', 'acd_random', 'acd_idle', 'acd_load'] as const;

/** «Группы обработки вызовов», read-only. */
export default function GroupsPage() {
  const { t } = useTranslation(['users', 'frame']);
  const query = useInfiniteQuery(listQuery<Group>('/groups'));
  const rows = useMemo(() => rowsOf(query.data), [query.data]);
  const algorithm = (group: Group) =>
    t(`algorithm.${ALGORITHMS.find(each => each === group.algorithm) ?? 'none'}`);
  const columns: readonly Column<Group>[] = [
    { id: 'name', title: t('column.group'), width: 'minmax(220px, 1fr)', cell: group => group.name },
    { id: 'extension', title: t('column.extension'), width: '150px', cell: group => group.extension },
    { id: 'algorithm', title: t('column.algorithm'), width: 'minmax(260px, 1fr)', cell: algorithm },
    {
      id: 'members',
      title: t('column.members'),
      width: '130px',
      align: 'right',
      cell: group => group.members,
    },
  ];
  return (
    <Page title={t('groups.title')} fill>
      <TotalLine>{query.data && t('groups.total', { count: rows.length })}</TotalLine>
      {query.error ? (
        <ErrorState error={query.error} retry={() => void query.refetch()} />
      ) : (
        <DataTable<Group>
          label={t('groups.title')}
          columns={columns}
          rows={rows}
          rowId={row => row.id}
          total={rows.length}
          loading={query.isPending}
          more={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
          compact={group => ({
            first: (
              <>
                <strong className={css.name}>{group.name}</strong> {group.extension}
              </>
            ),
            second: `${algorithm(group)} · ${t('members', { count: group.members })}`,
          })}
          empty={
            <EmptyState
              icon={<IconUsersGroup size={28} stroke={1.5} />}
              title={t('groups.empty')}
              text={t('groups.emptyText')}
            />
          }
        />
      )}
    </Page>
  );
}
