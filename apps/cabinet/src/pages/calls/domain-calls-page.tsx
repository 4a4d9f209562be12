import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { CallsPage } from './calls-page.tsx';

/** «История вызовов» of the domain (ADM-1). */
export default function DomainCallsPage() {
  const { t } = useTranslation(['calls', 'frame']);
  const navigate = useNavigate({ from: '/calls' });
  const search = useSearch({ from: '/frame/calls' });
  return (
    <CallsPage
      title={t('title')}
      search={search}
      onSearch={(next, replace = true) => void navigate({ search: next, replace })}
      scope={{}}
    />
  );
}
