import { Button } from '@mantine/core';
import { IconRoadOff } from '@tabler/icons-react';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Skeletons } from '../design/skeletons.tsx';
import { EmptyState, ErrorState } from '../design/states.tsx';
import css from './fallbacks.module.css';

/** A page whose code or texts are on their way. */
export function Waiting() {
  return (
    <div className={css.waiting}>
      <Skeletons rows={8} />
    </div>
  );
}

/** A page that broke: the cause, and the id the server knows it by. */
export function Failure({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <ErrorState
      error={error}
      retry={() => {
        reset();
        void router.invalidate();
      }}
    />
  );
}

export function Missing() {
  const { t } = useTranslation();
  return (
    <EmptyState
      title={t('missing.title')}
      text={t('missing.text')}
      icon={<IconRoadOff size={28} stroke={1.5} />}
      action={
        <Button component={Link} to="/" mt={8}>
          {t('missing.home')}
        </Button>
      }
    />
  );
}
