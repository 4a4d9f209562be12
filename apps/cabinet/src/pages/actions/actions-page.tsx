import { Button, Modal } from '@mantine/core';
import { IconListDetails } from '@tabler/icons-react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listQuery, rowsOf, totalOf } from '../../api/lists.ts';
import type { Action } from '../../api/words.ts';
import { useZone } from '../../app/session.ts';
import {
  type Column,
  DataTable,
  EmptyState,
  ErrorState,
  FilterBar,
  Page,
  TotalLine,
  useNarrow,
} from '../../design/index.ts';
import { boundsOf, count, dateTime, isReversed } from '../../format/index.ts';
import { useLive } from '../../live/index.ts';
import { periodOf } from '../calls/filter.ts';
import css from './actions.module.css';
import { type ActionWords, type Translate, wordsOf } from './words.ts';

const MINUTE = 60_000;

/** «История действий» (ADM-8): who changed what, from where, and how it was before. */
export default function ActionsPage() {
  const { t, i18n } = useTranslation(['actions', 'frame']);
  const zone = useZone();
  const client = useQueryClient();
  const navigate = useNavigate({ from: '/actions' });
  const search = useSearch({ from: '/frame/actions' });
  const now = Math.floor(Date.now() / MINUTE) * MINUTE;
  const period = periodOf(search);
  const reversed = isReversed(period);
  const query = useInfiniteQuery({
    ...listQuery<Action>('/actions', {
      ...boundsOf(period, zone, now),
      search: search.search,
      actor: search.actor,
    }),
    enabled: !reversed,
  });
  useLive('actions', () => void client.invalidateQueries({ queryKey: ['/actions'] }));
  const rows = useMemo(() => rowsOf(query.data), [query.data]);
  const total = totalOf(query.data);
  const [open, setOpen] = useState<Action | null>(null);
  const go = (part: Partial<typeof search>) =>
    void navigate({ search: { ...search, ...part } as typeof search, replace: true });
  const words = useMemo(() => wordsOf(t), [t]);
  const columns = useMemo(() => columnsOf(t, words, zone, setOpen), [t, words, zone]);
  return (
    <Page title={t('title')} fill>
      <FilterBar
        period={period}
        onPeriod={({ period: quick, from, to }) => go({ period: quick, from, to } as typeof search)}
        search={search.search ?? ''}
        onSearch={text => go({ search: text })}
        searchLabel={t('search')}
      />
      <TotalLine>
        {reversed
          ? t('reversed')
          : total !== null && t('total', { count: total, shown: count(total, i18n.language) })}
      </TotalLine>
      {query.error ? (
        <ErrorState error={query.error} retry={() => void query.refetch()} />
      ) : (
        <DataTable<Action>
          label={t('title')}
          columns={columns}
          rows={reversed ? [] : rows}
          rowId={row => row.id}
          total={total}
          loading={query.isPending && !reversed}
          more={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
          onOpen={action => action.changes.length > 0 && setOpen(action)}
          compact={action => ({
            first: (
              <>
                <strong>{words.action(action.action)}</strong> {action.object.name}
              </>
            ),
            second: `${dateTime(action.at, zone)} · ${words.actor(action.actor)}`,
          })}
          empty={
            <EmptyState
              icon={<IconListDetails size={28} stroke={1.5} />}
              title={t('empty.title')}
              text={t('empty.text')}
            />
          }
        />
      )}
      {open && <Changes action={open} words={words} onClose={() => setOpen(null)} />}
    </Page>
  );
}

function columnsOf(
  t: Translate,
  words: ActionWords,
  zone: string,
  open: (action: Action) => void,
): readonly Column<Action>[] {
  return [
    { id: 'time', title: t('column.time'), width: '152px', cell: ({ at }) => dateTime(at, zone) },
    {
      id: 'actor',
      title: t('column.actor'),
      width: 'minmax(240px, 1.2fr)',
      cell: ({ actor }) => (
        <span title={[words.actor(actor), actor.login, actor.address].filter(Boolean).join(' · ')}>
          {words.actor(actor)}{' '}
          <span className={css.soft}>{[actor.login, actor.address].filter(Boolean).join(' · ')}</span>
        </span>
      ),
    },
    {
      id: 'object',
      title: t('column.object'),
      width: 'minmax(200px, 1fr)',
      cell: ({ object }) => (
        <span title={`${object.name} ${words.object(object.type)}`}>
          {object.name} <span className={css.soft}>{words.object(object.type)}</span>
        </span>
      ),
    },
    {
      id: 'action',
      title: t('column.action'),
      width: 'minmax(240px, 1.2fr)',
      cell: ({ action }) => <span title={words.action(action)}>{words.action(action)}</span>,
    },
    {
      id: 'data',
      title: t('column.data'),
      width: '100px',
      cell: action =>
        action.changes.length > 0 && (
          <Button
            size="compact-xs"
            variant="subtle"
            tabIndex={-1}
            onClick={event => {
              event.stopPropagation();
              open(action);
            }}
          >
            {t('show')}
          </Button>
        ),
    },
  ];
}

/** «Данные»: field, was, is (ADM-8.3). */
function Changes({
  action,
  words,
  onClose,
}: {
  readonly action: Action;
  readonly words: ActionWords;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation(['actions', 'frame']);
  const narrow = useNarrow();
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      fullScreen={narrow}
      centered
      title={`${words.action(action.action)}: ${action.object.name}`}
      closeButtonProps={{ 'aria-label': t('frame:action.close') }}
    >
      <table className={css.changes}>
        <thead>
          <tr>
            <th>{t('field')}</th>
            <th>{t('before')}</th>
            <th>{t('after')}</th>
          </tr>
        </thead>
        <tbody>
          {action.changes.map(({ field, before, after, secret }) => (
            <tr key={field}>
              <td>{words.field(field)}</td>
              <td>{secret ? '' : words.value(before)}</td>
              <td>{secret ? t('secret') : words.value(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  );
}
