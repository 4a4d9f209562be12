import { Button } from '@mantine/core';
import { IconDeviceDesktop, IconDeviceMobile } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/request.ts';
import type { Session } from '../../api/words.ts';
import { useZone } from '../../app/session.ts';
import { ErrorState, errorText, Skeletons } from '../../design/index.ts';
import { dateTime } from '../../format/index.ts';
import { toast } from '../../frame/toasts.tsx';
import css from './account.module.css';
import { agentOf } from './agent.ts';

/** Where one is signed in, and how to end it there. */
export function Sessions() {
  const { t } = useTranslation(['account', 'frame']);
  const zone = useZone();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => ask<{ items: readonly Session[] }>('/sessions', { signal }),
  });
  const end = async (path: string) => {
    try {
      await ask(path, { method: 'DELETE' });
      await client.invalidateQueries({ queryKey: ['sessions'] });
    } catch (failure) {
      toast({ tone: 'bad', text: errorText(failure, t('frame:error.network'), t('frame:error.unknown')) });
    }
  };
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Skeletons rows={2} />;
  const others = data.items.filter(({ current }) => !current).length;
  return (
    <>
      <ul className={css.sessions}>
        {data.items.map(session => {
          const agent = agentOf(session.agent);
          const Icon = agent.phone ? IconDeviceMobile : IconDeviceDesktop;
          return (
            <li key={session.id}>
              <Icon size={22} stroke={1.5} aria-hidden />
              <div>
                <strong>{agent.name || t('sessions.unknown')}</strong>
                <span>
                  {session.address} · {t('sessions.seen', { at: dateTime(session.seenAt, zone) })}
                </span>
              </div>
              {session.current ? (
                <span className={css.mark}>{t('sessions.current')}</span>
              ) : (
                <Button size="xs" variant="default" onClick={() => void end(`/sessions/${session.id}`)}>
                  {t('sessions.end')}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {others > 0 && (
        <div>
          <Button variant="default" onClick={() => void end('/sessions')}>
            {t('sessions.endOthers')}
          </Button>
        </div>
      )}
    </>
  );
}
