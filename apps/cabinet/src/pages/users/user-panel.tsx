import { Drawer } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/request.ts';
import type { User } from '../../api/words.ts';
import { ErrorState, Skeletons, useNarrow } from '../../design/index.ts';
import { phone } from '../../format/index.ts';
import { PresenceMark } from './presence.tsx';
import css from './users.module.css';

/** One user: who he is, where he is called, what leads to him. Read-only. */
export function UserPanel({
  id,
  known,
  onClose,
}: {
  readonly id: string;
  readonly known: User | undefined;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation(['users', 'frame']);
  const narrow = useNarrow();
  const { data, error, refetch } = useQuery({
    queryKey: ['user', id],
    queryFn: ({ signal }) => ask<User>(`/users/${id}`, { signal }),
    ...(known && { placeholderData: known }),
  });
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={narrow ? '100%' : 480}
      title={data?.displayName ?? t('title')}
      overlayProps={{ backgroundOpacity: 0.25 }}
      closeButtonProps={{ 'aria-label': t('frame:action.close') }}
    >
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeletons rows={6} />}
      {data && <Card user={data} />}
    </Drawer>
  );
}

function Card({ user }: { readonly user: User }) {
  const { t } = useTranslation(['users', 'frame']);
  const none = <span className={css.soft}>{t('none')}</span>;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('column.presence'), <PresenceMark key="p" presence={user.presence} />],
    [t('column.extension'), user.extension],
    [t('column.login'), user.login],
    [t('fact.position'), user.position ?? none],
    [t('fact.outgoing'), user.outgoingNumber ? phone(user.outgoingNumber) : none],
    [t('fact.pickup'), user.pickupGroup?.name ?? none],
    [t('column.groups'), user.groups.map(({ name }) => name).join(', ') || none],
    [t('fact.numbers'), user.numbers.map(phone).join(', ') || none],
    [t('fact.recording'), user.recording ? t('yes') : t('no')],
    [t('fact.voicemail'), user.voicemailOn ? t('yes') : t('no')],
  ];
  return (
    <div className={css.card}>
      <dl className={css.facts}>
        {facts.map(([name, value]) => (
          <Pair key={name} name={name} value={value} />
        ))}
      </dl>
      <section>
        <h2>{t('contacts')}</h2>
        {user.contacts.length === 0 ? (
          none
        ) : (
          <dl className={css.facts}>
            {user.contacts.map(({ type, target }) => (
              <Pair
                key={`${type}${target}`}
                name={type === 'sip' ? t('contact.sip') : t('contact.number')}
                value={phone(target)}
              />
            ))}
          </dl>
        )}
      </section>
    </div>
  );
}

function Pair({ name, value }: { readonly name: string; readonly value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
