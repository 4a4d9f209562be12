import { Modal } from '@mantine/core';
import { IconFileText, IconHash, IconPhone, IconUser, IconUsersGroup } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../api/request.ts';
import type { Found } from '../api/words.ts';
import { menuOf } from '../app/menu.ts';
import { useMay, useMe, useZone } from '../app/session.ts';
import { dateTime } from '../format/index.ts';
import { placeOf } from './place.ts';
import css from './search-dialog.module.css';

const ICONS = {
  page: IconFileText,
  user: IconUser,
  group: IconUsersGroup,
  number: IconHash,
  call: IconPhone,
};
const PAUSE = 200;

interface Hit extends Pick<Found, 'title' | 'subtitle'> {
  readonly kind: Found['kind'] | 'page';
  readonly key: string;
  readonly to: string;
}

/** `Ctrl K`: pages, users, groups, numbers, calls, all by the keyboard. */
export default function SearchDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const hits = useHits(text.trim());
  const go = (hit: Hit | undefined) => {
    if (!hit) return;
    onClose();
    void navigate({ href: hit.to });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && hits.length > 0) setAt((at + step + hits.length) % hits.length);
    else if (event.key === 'Enter') go(hits[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      size="lg"
      yOffset="12vh"
      aria-label={t('search.open')}
    >
      <input
        className={css.input}
        data-autofocus
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={hits[at] ? `${list}${at}` : undefined}
        aria-label={t('search.open')}
        placeholder={t('search.placeholder')}
        value={text}
        onChange={event => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div role="listbox" id={list} className={css.list} aria-label={t('search.open')}>
        {hits.map((hit, i) => {
          const Icon = ICONS[hit.kind];
          return (
            <div
              key={hit.key}
              id={`${list}${i}`}
              role="option"
              aria-selected={i === at}
              className={css.hit}
              onClick={() => go(hit)}
              onMouseMove={() => i !== at && setAt(i)}
            >
              <Icon size={18} stroke={1.6} aria-hidden />
              <span className={css.title}>{hit.title}</span>
              <span className={css.subtitle}>{hit.subtitle ?? t(`search.kind.${hit.kind}`)}</span>
            </div>
          );
        })}
      </div>
      {hits.length === 0 && <p className={css.none}>{t('search.none')}</p>}
    </Modal>
  );
}

function useHits(text: string): readonly Hit[] {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const zone = useZone();
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  const { data } = useQuery({
    queryKey: ['search', asked],
    enabled: asked.length >= 2 && may('search'),
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      (await ask<{ items: readonly Found[] }>('/search', { query: { q: asked }, signal })).items,
  });
  const pages: Hit[] = menuOf(me)
    .map(
      ({ id, path }): Hit => ({ key: path, kind: 'page', title: t(`menu.${id}`), subtitle: null, to: path }),
    )
    .filter(page => page.title.toLowerCase().includes(text.toLowerCase()));
  if (text.length < 2) return pages;
  return [
    ...pages,
    ...(data ?? []).map(each => ({
      kind: each.kind,
      title: each.title,
      subtitle: each.kind === 'call' && each.subtitle ? dateTime(each.subtitle, zone) : each.subtitle,
      key: `${each.kind}${each.id}`,
      to: placeOf(each, !may('calls.all')),
    })),
  ];
}
