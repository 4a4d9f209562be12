import { Drawer, Switch } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/request.ts';
import type { CallDetails } from '../../api/words.ts';
import { useZone } from '../../app/session.ts';
import { CallKindIcon, ErrorState, Skeletons, useNarrow } from '../../design/index.ts';
import { clock, dateTime, duration, percent, phone } from '../../format/index.ts';
import type { CallEvent } from '../../live/calls.ts';
import { useLive } from '../../live/index.ts';
import css from './calls.module.css';
import { Journey } from './journey.tsx';
import { PartyCell, Quality, Talk } from './parts.tsx';

/** ms. */
const AGAIN = 700;

/** All that is known of one call: journey, protocol (ADM-4), quality. Grows while the call goes on. */
export function CallPanel({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useTranslation(['calls', 'frame']);
  const client = useQueryClient();
  const narrow = useNarrow();
  const key = ['call', id];
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => ask<CallDetails>(`/calls/${id}`, { signal }),
    // The record of a call follows its end by a moment; until then there is no protocol, or nothing at all.
    refetchInterval: ({ state }) => (state.data?.protocol.length === 0 ? AGAIN : false),
    retry: failures => failures < 4,
    retryDelay: AGAIN,
  });
  useLive('calls', said => {
    if ((said as CallEvent).call.id === id) void client.invalidateQueries({ queryKey: key });
  });
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={narrow ? '100%' : 560}
      title={t('card')}
      overlayProps={{ backgroundOpacity: 0.25 }}
      closeButtonProps={{ 'aria-label': t('frame:action.close') }}
    >
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeletons rows={8} />}
      {data && <Card call={data} />}
    </Drawer>
  );
}

function Card({ call }: { readonly call: CallDetails }) {
  const { t, i18n } = useTranslation(['calls', 'frame']);
  const zone = useZone();
  return (
    <div className={css.card}>
      <div className={css.headline}>
        <CallKindIcon kind={call.type} live={call.live} />
        <PartyCell party={call.from} /> <span aria-hidden>→</span> <PartyCell party={call.to} />
      </div>
      <dl className={css.facts}>
        <Fact name={t('column.time')}>{dateTime(call.startedAt, zone, true)}</Fact>
        <Fact name={t('fact.wait')}>{duration(call.waitS, i18n.language)}</Fact>
        <Fact name={t('fact.talk')}>
          <Talk call={call} />
        </Fact>
        {call.line && <Fact name={t('fact.line')}>{phone(call.line)}</Fact>}
        <Fact name={t('quality.label')}>
          <Quality mos={call.mos} />
        </Fact>
      </dl>
      {call.journey.length > 0 && (
        <section>
          <h2>{t('journey.title')}</h2>
          <Journey steps={call.journey} words={new Map(call.protocol.map(({ key, text }) => [key, text]))} />
        </section>
      )}
      <Protocol call={call} />
      {call.legs.length > 0 && <Legs call={call} />}
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** «Протокол вызова»: offset, event, object; detail lines behind a switch. */
function Protocol({ call }: { readonly call: CallDetails }) {
  const { t } = useTranslation(['calls', 'frame']);
  const [all, setAll] = useState(false);
  const lines = call.protocol.filter(({ level }) => all || level === 'main');
  return (
    <section>
      <div className={css.sectionHead}>
        <h2>{t('protocol.title')}</h2>
        <Switch
          size="xs"
          label={t('protocol.details')}
          checked={all}
          onChange={event => setAll(event.currentTarget.checked)}
        />
      </div>
      <ol className={css.protocol}>
        {lines.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end
          <li key={i} data-level={line.level}>
            <time>{clock(line.at / 1000).replace(/^0/, '')}</time>
            <span>
              {line.text} {line.object && <strong>{phone(line.object)}</strong>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Legs({ call }: { readonly call: CallDetails }) {
  const { t, i18n } = useTranslation(['calls', 'frame']);
  const share = (loss: number | null) => (loss === null ? '–' : percent(loss, i18n.language));
  return (
    <section>
      <h2>{t('quality.byLeg')}</h2>
      <table className={css.legs}>
        <thead>
          <tr>
            <th>{t('quality.side')}</th>
            <th>{t('quality.label')}</th>
            <th>{t('quality.loss')}</th>
            <th>{t('quality.jitter')}</th>
          </tr>
        </thead>
        <tbody>
          {call.legs.map(leg => (
            <tr key={leg.id}>
              <td>{leg.name ?? phone(leg.number)}</td>
              <td>
                <Quality mos={leg.mos} />
              </td>
              <td>{share(leg.loss)}</td>
              <td>{leg.jitterMs === null ? '–' : t('quality.ms', { value: Math.round(leg.jitterMs) })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
