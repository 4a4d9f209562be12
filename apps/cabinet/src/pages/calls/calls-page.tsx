import { Select } from '@mantine/core';
import { IconFileText, IconPhoneOff } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Call } from '../../api/words.ts';
import { useMay, useMe, useZone } from '../../app/session.ts';
import {
  CallKindIcon,
  type Column,
  DataTable,
  EmptyState,
  ErrorState,
  FilterBar,
  FreshButton,
  Page,
  RowAction,
  TotalLine,
} from '../../design/index.ts';
import { count, dateTime } from '../../format/index.ts';
import { CallPanel } from './call-panel.tsx';
import { ExportButton } from './export-button.tsx';
import { apiFilter, type CallSearch, liveFilter, periodOf, RESULTS, TYPES } from './filter.ts';
import { Legend } from './legend.tsx';
import { PartyCell, Talk } from './parts.tsx';
import { useCalls } from './use-calls.ts';

export interface CallsPageProps {
  readonly title: string;
  readonly search: CallSearch;
  /** `replace` false = «back» shall return here. */
  readonly onSearch: (search: CallSearch, replace?: boolean) => void;
  /** Whose calls: nothing = the whole domain. */
  readonly scope: { readonly user?: string };
}

/** A minute of patience: «сегодня» moves on, but not with every drawing. */
const MINUTE = 60_000;
const minute = () => Math.floor(Date.now() / MINUTE) * MINUTE;

export function CallsPage({ title, search, onSearch, scope }: CallsPageProps) {
  const { t, i18n } = useTranslation(['calls', 'frame']);
  const me = useMe();
  const may = useMay();
  const zone = useZone();
  const now = minute();
  const { user } = scope;
  const filter = useMemo(() => apiFilter(search, zone, now), [search, zone, now]);
  const asked = useMemo(() => ({ ...filter, ...(user && { user }) }), [filter, user]);
  const judge = useMemo(
    () => (filter === null ? { past: true } : liveFilter(search, zone, now)),
    [filter, search, zone, now],
  );
  const calls = useCalls(asked, judge, user ? me.user.extension : null);
  const scroll = useRef<HTMLDivElement>(null);
  const [legend, setLegend] = useState(false);
  const change = (part: Partial<CallSearch>) =>
    onSearch({ ...search, call: undefined, ...part } as CallSearch);
  const columns = useMemo(() => columnsOf(t, zone), [t, zone]);
  const filtered = Object.entries(search).some(([name, value]) => name !== 'call' && value !== undefined);
  const shown = calls.rows.length;
  const language = i18n.language;

  return (
    <Page
      title={title}
      fill
      actions={may('calls.export') && <ExportButton filter={asked} disabled={filter === null} />}
    >
      <FilterBar
        period={periodOf(search)}
        onPeriod={({ period, from, to }) => change({ period, from, to } as CallSearch)}
        search={search.search ?? ''}
        onSearch={text => change({ search: text } as CallSearch)}
        searchLabel={t('search')}
      >
        <Choice
          label={t('type.label')}
          value={search.type}
          all={t('type.all')}
          options={TYPES.map(value => ({ value, label: t(`type.${value}`) }))}
          onChange={type => change({ type } as CallSearch)}
        />
        <Choice
          label={t('result.label')}
          value={search.result}
          all={t('result.all')}
          options={RESULTS.map(value => ({ value, label: t(`result.${value}`) }))}
          onChange={result => change({ result } as CallSearch)}
        />
      </FilterBar>
      <TotalLine aside={<Legend opened={legend} onChange={setLegend} />}>
        {filter === null
          ? t('reversed')
          : calls.total !== null && (
              <>
                {t('total', { count: calls.total, shown: count(calls.total, language) })}
                {shown < calls.total &&
                  ` · ${t('frame:table.loaded', { shown: count(shown, language), total: count(calls.total, language) })}`}
              </>
            )}
      </TotalLine>
      {calls.waiting > 0 && (
        <FreshButton
          onClick={() => {
            calls.letIn();
            scroll.current?.scrollTo({ top: 0 });
          }}
        >
          {t('fresh', { count: calls.waiting })}
        </FreshButton>
      )}
      {calls.error ? (
        <ErrorState error={calls.error} retry={calls.retry} />
      ) : (
        <DataTable<Call>
          label={title}
          columns={columns}
          rows={filter === null ? [] : calls.rows}
          rowId={row => row.id}
          total={calls.total}
          loading={calls.loading}
          more={calls.more}
          fresh={calls.fresh}
          onTop={calls.atTop}
          scrollRef={scroll}
          openId={search.call}
          onOpen={call => onSearch({ ...search, call: call.id }, search.call !== undefined)}
          actions={call => (
            <RowAction
              label={t('protocol.title')}
              onClick={() => onSearch({ ...search, call: call.id }, search.call !== undefined)}
            >
              <IconFileText size={17} />
            </RowAction>
          )}
          compact={call => ({
            first: (
              <>
                <CallKindIcon kind={call.type} live={call.live} />
                <PartyCell party={call.from} short /> → <PartyCell party={call.to} short />
              </>
            ),
            second: (
              <>
                {dateTime(call.startedAt, zone)} · <Talk call={call} />
              </>
            ),
          })}
          empty={
            <EmptyState
              icon={<IconPhoneOff size={28} stroke={1.5} />}
              title={filtered ? t('frame:empty.found') : t('empty.title')}
              text={filtered ? t('frame:empty.foundText') : t('empty.text')}
            />
          }
        />
      )}
      {search.call && <CallPanel id={search.call} onClose={() => change({})} />}
    </Page>
  );
}

function Choice({
  label,
  value,
  all,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string | undefined;
  readonly all: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string | undefined) => void;
}) {
  return (
    <Select
      size="xs"
      w={150}
      aria-label={label}
      value={value ?? ''}
      data={[{ value: '', label: all }, ...options]}
      onChange={next => onChange(next || undefined)}
    />
  );
}

type Translate = TFunction<['calls', 'frame']>;

function columnsOf(t: Translate, zone: string): readonly Column<Call>[] {
  return [
    {
      id: 'time',
      title: t('column.time'),
      width: '152px',
      cell: call => dateTime(call.startedAt, zone),
    },
    {
      id: 'from',
      title: t('column.from'),
      width: 'minmax(200px, 1fr)',
      cell: call => <PartyCell party={call.from} />,
    },
    {
      id: 'type',
      title: t('column.type'),
      width: '64px',
      cell: call => <CallKindIcon kind={call.type} live={call.live} />,
    },
    {
      id: 'to',
      title: t('column.to'),
      width: 'minmax(200px, 1fr)',
      cell: call => <PartyCell party={call.to} />,
    },
    {
      id: 'duration',
      title: t('column.duration'),
      width: '170px',
      align: 'right',
      cell: call => <Talk call={call} />,
    },
  ];
}
