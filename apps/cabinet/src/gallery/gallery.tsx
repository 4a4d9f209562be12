import { Button, SegmentedControl, TextInput, useMantineColorScheme } from '@mantine/core';
import { IconDownload, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/request.ts';
import type { Call } from '../api/words.ts';
import {
  CallKindIcon,
  CallKindLegend,
  DataTable,
  EmptyState,
  ErrorState,
  FilterBar,
  FormDialog,
  FreshButton,
  Page,
  Section,
  SelectionBar,
  Skeletons,
  TotalLine,
} from '../design/index.ts';
import {
  bytes,
  clock,
  dateTime,
  duration,
  money,
  type Period,
  percent,
  phone,
  phoneInMenu,
} from '../format/index.ts';
import { Journey } from '../pages/calls/journey.tsx';
import { PartyCell, Quality, Talk } from '../pages/calls/parts.tsx';
import { schemeOf } from '../pages/numbers/scheme-model.ts';
import SchemeView from '../pages/numbers/scheme-view.tsx';
import { PresenceMark } from '../pages/users/presence.tsx';
import css from './gallery.module.css';
import { CALLS, JOURNEY, LINE } from './samples.ts';

const ZONE = 'Europe/Moscow';
const REFUSED = new ApiError({
  title: 'Вызов не найден',
  status: 404,
  code: 'call.unknown',
  requestId: '0199c0de-7a11',
  errors: [],
});

/** Every piece of the design language, beside its name. */
export function Gallery() {
  const { t, i18n } = useTranslation(['numbers', 'calls', 'frame']);
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const words = {
    everything: t('node.everything'),
    end: t('node.end'),
    byDefault: t('node.byDefault'),
    prefix: (prefixes: string) => t('node.prefix', { prefixes }),
    covered: t('node.covered'),
    problem: () => t('node.noMembers'),
    objectGone: t('node.gone'),
    unnamed: () => t('node.unnamed'),
  };
  const language = i18n.language;
  return (
    <main className={css.gallery}>
      <Page
        title="Design language"
        actions={
          <SegmentedControl
            size="xs"
            aria-label="Colours"
            value={colorScheme}
            onChange={value => setColorScheme(value as 'light' | 'dark')}
            data={['light', 'dark']}
          />
        }
      >
        <Section title="Buttons: one primary per view">
          <div className={css.row}>
            <Button leftSection={<IconDownload size={16} />}>Скачать выгрузку</Button>
            <Button variant="default">Изменить пароль</Button>
            <Button variant="light">Скачать</Button>
            <Button variant="subtle">Показать</Button>
            <Button color="red">Удалить</Button>
            <Button disabled>Применить</Button>
          </div>
        </Section>
        <Section title="Figures">
          <dl className={css.figures}>
            <dt>Number in tables</dt>
            <dd>{phone('74951234567')}</dd>
            <dt>Number in menu and routing</dt>
            <dd>{phoneInMenu('74959204455')}</dd>
            <dt>Moment</dt>
            <dd>{dateTime('2021-03-24T13:14:00.000Z', ZONE)}</dd>
            <dt>Duration in tables, in reports</dt>
            <dd>
              {duration(89, language)}, {clock(89)}
            </dd>
            <dt>Money</dt>
            <dd>
              {money(123_456, language)}, {money(-226, language)}
            </dd>
            <dt>Share, size</dt>
            <dd>
              {percent(0.0123, language)}, {bytes(1_234_000, language)}
            </dd>
          </dl>
        </Section>
        <Section title="The twelve call kinds">
          <CallKindLegend />
        </Section>
        <Section title="Presence and quality: a word, a shape and a colour">
          <div className={css.row}>
            {(['online', 'offline', 'ringing', 'busy'] as const).map(state => (
              <PresenceMark key={state} presence={{ state, devices: 1, since: null, peer: null }} />
            ))}
          </div>
          <div className={css.row}>
            {[4.4, 3.7, 2.9, null].map(mos => (
              <Quality key={String(mos)} mos={mos} />
            ))}
          </div>
        </Section>
        <Section title="Filter bar, selection bar, table">
          <Tables />
        </Section>
        <Section title="Scheme">
          <SchemeView scheme={schemeOf(LINE, phoneInMenu(LINE.digits), words)} label="scheme" />
        </Section>
        <Section title="Journey of a call">
          <Journey
            steps={JOURNEY}
            words={
              new Map([
                ['answer', 'Ответ'],
                ['target.noAnswer', 'Нет ответа'],
              ])
            }
          />
        </Section>
        <Section title="Form dialog">
          <Form />
        </Section>
        <div className={css.states}>
          <Section title="Waiting">
            <Skeletons rows={5} />
          </Section>
          <Section title="Nothing here">
            <EmptyState title={t('calls:empty.title')} text={t('calls:empty.text')} />
          </Section>
          <Section title="Refused">
            <ErrorState error={REFUSED} retry={() => {}} />
          </Section>
        </div>
      </Page>
    </main>
  );
}

function Tables() {
  const { t } = useTranslation(['calls', 'frame']);
  const [period, setPeriod] = useState<Period>({ period: '7' });
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(['1', '2']));
  const toggle = (id: string) =>
    setChosen(ids => new Set(ids.has(id) ? [...ids].filter(each => each !== id) : [...ids, id]));
  return (
    <div className={css.table}>
      <FilterBar
        period={period}
        onPeriod={setPeriod}
        search={search}
        onSearch={setSearch}
        searchLabel={t('search')}
        actions={<Button size="xs">{t('export.button')}</Button>}
      />
      {chosen.size > 0 && (
        <SelectionBar chosen={chosen.size} total={CALLS.length} onClear={() => setChosen(new Set())}>
          <Button size="compact-sm" variant="default" leftSection={<IconTrash size={15} />}>
            Удалить
          </Button>
        </SelectionBar>
      )}
      <TotalLine>{t('total', { count: 201, shown: 201 })}</TotalLine>
      <FreshButton onClick={() => {}}>{t('fresh', { count: 3 })}</FreshButton>
      <DataTable<Call>
        label="calls"
        columns={[
          { id: 'at', title: t('column.time'), width: '150px', cell: call => dateTime(call.startedAt, ZONE) },
          {
            id: 'from',
            title: t('column.from'),
            width: 'minmax(180px, 1fr)',
            cell: call => <PartyCell party={call.from} />,
          },
          {
            id: 'type',
            title: t('column.type'),
            width: '64px',
            cell: call => <CallKindIcon kind={call.type} />,
          },
          {
            id: 'to',
            title: t('column.to'),
            width: 'minmax(180px, 1fr)',
            cell: call => <PartyCell party={call.to} />,
          },
          {
            id: 'duration',
            title: t('column.duration'),
            width: '160px',
            align: 'right',
            cell: call => <Talk call={call} />,
          },
        ]}
        rows={CALLS}
        rowId={call => call.id}
        selection={{ chosen, toggle }}
        onOpen={() => {}}
        compact={call => ({
          first: (
            <>
              <CallKindIcon kind={call.type} /> <PartyCell party={call.from} short />
            </>
          ),
          second: dateTime(call.startedAt, ZONE),
        })}
        empty={null}
      />
    </div>
  );
}

function Form() {
  const { t } = useTranslation('frame');
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState('');
  return (
    <div>
      <Button variant="default" onClick={() => setOpened(true)}>
        Изменить пароль
      </Button>
      <FormDialog
        opened={opened}
        onClose={() => setOpened(false)}
        title="Изменение учетных данных"
        submit="Применить"
        why={text === '' ? t('password.rule') : null}
        dirty={text !== ''}
        onSubmit={async () => {}}
      >
        {() => (
          <TextInput
            label={t('password.new')}
            description={t('password.rule')}
            value={text}
            onChange={event => setText(event.currentTarget.value)}
          />
        )}
      </FormDialog>
    </div>
  );
}
