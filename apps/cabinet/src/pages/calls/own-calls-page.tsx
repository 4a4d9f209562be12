import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../app/session.ts';
import { CallsPage } from './calls-page.tsx';

/** «Вызовы и голосовая почта» of a person (ACC-31): the calls he took part in. */
export default function OwnCallsPage() {
  const { t } = useTranslation(['calls', 'frame']);
  const me = useMe();
  const navigate = useNavigate({ from: '/my/calls' });
  const search = useSearch({ from: '/frame/my/calls' });
  return (
    <CallsPage
      title={t('ownTitle')}
      search={search}
      onSearch={(next, replace = true) => void navigate({ search: next, replace })}
      scope={{ user: me.user.id }}
    />
  );
}
