import { ActionIcon, Button, Popover, TextInput } from '@mantine/core';
import { IconCalendar, IconSearch, IconX } from '@tabler/icons-react';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Period, QUICK } from '../format/index.ts';
import css from './filter-bar.module.css';

const DayRange = lazy(() => import('./day-range.tsx'));

/** ms a search waits for the next key. */
const PAUSE = 300;

export interface FilterBarProps {
  /** Left out: the list has no time. */
  readonly period?: Period | undefined;
  readonly onPeriod?: (period: Period) => void;
  readonly search: string;
  readonly onSearch: (text: string) => void;
  readonly searchLabel: string;
  /** Further filters. */
  readonly children?: ReactNode;
  /** What the page can do, at the right end. */
  readonly actions?: ReactNode;
}

/** One bar over every list: quick periods, days of one's own, search, type. It owns nothing: the address does. */
export function FilterBar(props: FilterBarProps) {
  const { t } = useTranslation();
  const { period = {}, onPeriod } = props;
  const own = period.from || period.to;
  return (
    // biome-ignore lint/a11y/useSemanticElements: `search` is no element React knows everywhere yet
    <div className={css.bar} role="search">
      {onPeriod && (
        <div className={css.periods}>
          {QUICK.map(quick => (
            <Button
              key={quick}
              size="compact-sm"
              className={css.quick ?? ''}
              variant={period.period === quick ? 'light' : 'subtle'}
              {...(period.period !== quick && { color: 'gray' })}
              aria-pressed={period.period === quick}
              onClick={() => onPeriod(period.period === quick ? {} : { period: quick })}
            >
              {t(`period.${quick}`)}
            </Button>
          ))}
          <OwnPeriod period={period} onPeriod={onPeriod} label={own ? spoken(period) : t('period.own')} />
        </div>
      )}
      {props.children}
      <SearchField value={props.search} onChange={props.onSearch} label={props.searchLabel} />
      {props.actions && <div className={css.actions}>{props.actions}</div>}
    </div>
  );
}

const day = (text: string | undefined): string => text?.split('-').reverse().join('.') ?? '…';
const spoken = ({ from, to }: Period): string => `${day(from)} – ${day(to)}`;

function OwnPeriod({
  period,
  onPeriod,
  label,
}: {
  readonly period: Period;
  readonly onPeriod: (period: Period) => void;
  readonly label: string;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const chosen = Boolean(period.from || period.to);
  return (
    <>
      <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus withinPortal>
        <Popover.Target>
          <Button
            size="compact-sm"
            className={css.quick ?? ''}
            variant={chosen ? 'light' : 'subtle'}
            {...(!chosen && { color: 'gray' })}
            leftSection={<IconCalendar size={15} />}
            onClick={() => setOpen(!open)}
          >
            {label}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <Suspense fallback={<div className={css.calendar} />}>
            <DayRange
              from={period.from ?? null}
              to={period.to ?? null}
              onChange={(from, to) => {
                onPeriod({ from: from ?? undefined, to: to ?? undefined });
                if (from && to) setOpen(false);
              }}
            />
          </Suspense>
        </Popover.Dropdown>
      </Popover>
      {chosen && (
        <ActionIcon size="sm" aria-label={t('period.clear')} onClick={() => onPeriod({})}>
          <IconX size={14} />
        </ActionIcon>
      )}
    </>
  );
}

/** «/» brings the keyboard here from anywhere on the page. */
function SearchField({
  value,
  onChange,
  label,
}: {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly label: string;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The address may change by itself (back button); a text being typed wins.
  useEffect(() => {
    if (document.activeElement !== input.current) setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const say = (next: string, pause: number) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(next.trim()), pause);
  };
  return (
    <TextInput
      ref={input}
      size="xs"
      className={css.search}
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={15} />}
      rightSection={
        text && (
          <ActionIcon size="sm" aria-label={t('action.clear')} onClick={() => say('', 0)}>
            <IconX size={14} />
          </ActionIcon>
        )
      }
      value={text}
      onChange={event => say(event.currentTarget.value, PAUSE)}
      onKeyDown={event => {
        if (event.key === 'Enter') say(text, 0);
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}

/** Replaces the filter bar while rows are chosen. */
export function SelectionBar({
  chosen,
  total,
  onClear,
  children,
}: {
  readonly chosen: number;
  readonly total: number;
  readonly onClear: () => void;
  readonly children?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <div className={css.selection} role="toolbar" aria-label={t('selection.label')}>
      <ActionIcon aria-label={t('selection.clear')} onClick={onClear}>
        <IconX size={16} />
      </ActionIcon>
      <strong aria-live="polite">{t('selection.of', { chosen, total })}</strong>
      <div className={css.actions}>{children}</div>
    </div>
  );
}
