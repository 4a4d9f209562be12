import { ActionIcon } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconHash, IconPhoneOutgoing } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listQuery, rowsOf } from '../../api/lists.ts';
import type { NumberLine, Numbers } from '../../api/words.ts';
import { useMe } from '../../app/session.ts';
import { EmptyState, ErrorState, FilterBar, Page, Skeletons } from '../../design/index.ts';
import { phoneInMenu } from '../../format/index.ts';
import css from './numbers.module.css';
import { type SchemeWords, schemeOf } from './scheme-model.ts';

const SchemeView = lazy(() => import('./scheme-view.tsx'));

const STORED = 'kommutator.closed-schemes';
/** RTE-3.7: fewer need no search; RTE-3 silent: many begin collapsed. */
const MANY = 10;

/** «Номера и маршрутизация» (RTE-1…3), read-only: a scheme per number. */
export default function NumbersPage() {
  const { t } = useTranslation(['numbers', 'frame']);
  const me = useMe();
  const navigate = useNavigate({ from: '/numbers' });
  const search = useSearch({ from: '/frame/numbers' });
  const query = useInfiniteQuery(listQuery<NumberLine>('/numbers'));
  const rows = useMemo(() => rowsOf(query.data), [query.data]);
  const asked = (search.search ?? '').replace(/\D/g, '').replace(/^8/, '7');
  const shown = useMemo(() => {
    const rank = (line: NumberLine) => (line.digits === me.outgoingNumber ? 0 : 1);
    const fit = rows.filter(line => line.digits.includes(asked) || line.id === search.number);
    return fit.toSorted((a, b) => rank(a) - rank(b) || a.digits.localeCompare(b.digits));
  }, [rows, asked, me.outgoingNumber, search.number]);
  const channels = (query.data?.pages[0] as Numbers | undefined)?.channels ?? null;
  return (
    <Page title={t('title')}>
      {query.error && <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Skeletons rows={8} />}
      {query.data && (
        <>
          <dl className={css.sum}>
            <div>
              <dt>{t('sum.numbers')}</dt>
              <dd>{rows.length}</dd>
            </div>
            {channels &&
              (['incoming', 'outgoing'] as const).map(side => (
                <div key={side}>
                  <dt>{t(`sum.${side}`)}</dt>
                  <dd>
                    {channels[side].limit} <small>{t('sum.used', { used: channels[side].used })}</small>
                  </dd>
                </div>
              ))}
          </dl>
          {rows.length > MANY && (
            <FilterBar
              search={search.search ?? ''}
              onSearch={text => void navigate({ search: text ? { search: text } : {}, replace: true })}
              searchLabel={t('search')}
            />
          )}
          {rows.length === 0 && (
            <EmptyState
              icon={<IconHash size={28} stroke={1.5} />}
              title={t('empty.title')}
              text={t('empty.text')}
            />
          )}
          {rows.length > 0 && shown.length === 0 && (
            <EmptyState title={t('frame:empty.found')} text={t('frame:empty.foundText')} />
          )}
          {shown.map(line => (
            <NumberCard
              key={line.id}
              line={line}
              outgoing={line.digits === me.outgoingNumber}
              many={rows.length > MANY && line.id !== search.number}
            />
          ))}
        </>
      )}
    </Page>
  );
}

const readClosed = (): Record<string, boolean> => {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? '{}');
  } catch {
    return {};
  }
};

function NumberCard({
  line,
  outgoing,
  many,
}: {
  readonly line: NumberLine;
  readonly outgoing: boolean;
  readonly many: boolean;
}) {
  const { t } = useTranslation(['numbers', 'frame']);
  const [closed, setClosed] = useState(() => readClosed()[line.id] ?? many);
  const words = useWords();
  const title = phoneInMenu(line.digits);
  const scheme = useMemo(() => schemeOf(line, title, words), [line, title, words]);
  const toggle = () => {
    localStorage.setItem(STORED, JSON.stringify({ ...readClosed(), [line.id]: !closed }));
    setClosed(!closed);
  };
  return (
    <section className={css.card} aria-label={title}>
      <div className={css.head}>
        <ActionIcon
          aria-expanded={!closed}
          aria-label={closed ? t('open', { number: title }) : t('close', { number: title })}
          onClick={toggle}
        >
          {closed ? <IconChevronRight size={18} /> : <IconChevronDown size={18} />}
        </ActionIcon>
        <h2>{title}</h2>
        {outgoing && (
          <span className={css.mark}>
            <IconPhoneOutgoing size={14} aria-hidden /> {t('outgoing')}
          </span>
        )}
        <span className={css.soft}>{t('rules', { count: line.rules.length })}</span>
      </div>
      {!closed && (
        <Suspense fallback={<div style={{ height: scheme.rows * 64 + 24 }} />}>
          <SchemeView scheme={scheme} label={t('scheme', { number: title })} />
        </Suspense>
      )}
    </section>
  );
}

function useWords(): SchemeWords {
  const { t } = useTranslation(['numbers', 'frame']);
  return useMemo(
    () => ({
      everything: t('node.everything'),
      end: t('node.end'),
      byDefault: t('node.byDefault'),
      prefix: prefixes => t('node.prefix', { prefixes }),
      covered: t('node.covered'),
      problem: problem => t(`node.${problem}`),
      objectGone: t('node.gone'),
      unnamed: type => (type === 'fax' ? t('node.fax') : t('node.unnamed')),
    }),
    [t],
  );
}
