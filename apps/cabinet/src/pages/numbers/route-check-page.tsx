import { Button, TextInput } from '@mantine/core';
import { IconArrowRight, IconCircleDashed, IconPhoneEnd, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/request.ts';
import type { CheckNode, RouteCheck } from '../../api/words.ts';
import { useZone } from '../../app/session.ts';
import { ErrorState, Page, Section, Skeletons, useNarrow } from '../../design/index.ts';
import { momentOf } from '../../format/index.ts';
import css from './numbers.module.css';
import { pathScheme, type Shape } from './scheme-model.ts';

const SchemeView = lazy(() => import('./scheme-view.tsx'));

const ICONS = { taken: IconArrowRight, skipped: IconCircleDashed, end: IconPhoneEnd };

const shapeOf = (kind: string): Shape =>
  kind === 'number' || kind === 'call'
    ? 'number'
    : kind === 'rule' || kind === 'condition'
      ? 'condition'
      : 'object';

/** «Проверить маршрут»: what would happen to an imagined call, and why; nothing rings. */
export default function RouteCheckPage() {
  const { t } = useTranslation(['numbers', 'frame']);
  const zone = useZone();
  const navigate = useNavigate({ from: '/route-check' });
  const asked = useSearch({ from: '/frame/route-check' });
  const [caller, setCaller] = useState(asked.caller ?? '');
  const [number, setNumber] = useState(asked.number ?? '');
  const [at, setAt] = useState(asked.at ?? '');
  const ready = asked.number !== undefined;
  const { data, error, isFetching, refetch, dataUpdatedAt } = useQuery({
    queryKey: ['route-check', asked],
    enabled: ready,
    staleTime: 0,
    retry: false,
    queryFn: ({ signal }) =>
      ask<RouteCheck>('/route-check', {
        method: 'POST',
        signal,
        body: { caller: asked.caller ?? '', number: asked.number ?? '', at: momentOf(asked.at, zone) },
      }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const next = { ...(caller && { caller }), number, ...(at && { at }) };
    if (JSON.stringify(next) === JSON.stringify(asked)) void refetch();
    else void navigate({ search: next, replace: true });
  };
  return (
    <Page title={t('check.title')} hint={t('check.hint')}>
      <form className={css.form} onSubmit={submit}>
        <TextInput
          label={t('check.caller')}
          placeholder="+7 916 123-45-67"
          inputMode="tel"
          value={caller}
          onChange={event => setCaller(event.currentTarget.value)}
        />
        <TextInput
          label={t('check.number')}
          placeholder="+7 495 123-00-01"
          inputMode="tel"
          value={number}
          onChange={event => setNumber(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label={t('check.at')}
          value={at}
          onChange={event => setAt(event.currentTarget.value)}
        />
        <Button
          type="submit"
          leftSection={<IconPlayerPlay size={16} />}
          disabled={number.trim() === ''}
          loading={isFetching}
        >
          {t('check.go')}
        </Button>
      </form>
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {isFetching && !data && <Skeletons rows={5} />}
      {data && <Found key={dataUpdatedAt} check={data} />}
    </Page>
  );
}

function Found({ check }: { readonly check: RouteCheck }) {
  const { t } = useTranslation(['numbers', 'frame']);
  // On a phone the list of reasons is the path.
  const narrow = useNarrow();
  const scheme = useMemo(() => pathScheme(check.path, shapeOf), [check]);
  return (
    <div className={css.check}>
      {!narrow && scheme.nodes.length > 0 && (
        <div className={css.card}>
          <Suspense fallback={<div style={{ height: 88 }} />}>
            <SchemeView scheme={scheme} label={t('check.path')} />
          </Suspense>
        </div>
      )}
      <Section title={t('check.why')}>
        <ol className={css.reasons}>
          {check.path.map(node => (
            <Step key={node.id} node={node} />
          ))}
        </ol>
        {check.end && <p className={css.end}>{check.end.text}</p>}
      </Section>
    </div>
  );
}

function Step({ node }: { readonly node: CheckNode }) {
  const { t } = useTranslation(['numbers', 'frame']);
  const Icon = ICONS[node.verdict];
  const why = node.reasons.map(({ text }) => text).filter(text => text !== node.label);
  return (
    <li data-verdict={node.verdict} style={{ paddingInlineStart: node.depth * 26 }}>
      <Icon size={18} stroke={1.8} role="img" aria-label={t(`check.${node.verdict}`)} />
      <div>
        {node.label}
        {why.length > 0 && (
          <ul>
            {why.map(text => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}
