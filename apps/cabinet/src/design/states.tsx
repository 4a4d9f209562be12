import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCopy, IconPhone, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/request.ts';
import css from './states.module.css';

/** Nothing here: what the thing is for, and the first step. */
export function EmptyState({
  title,
  text,
  icon,
  action,
}: {
  readonly title: string;
  readonly text?: ReactNode;
  readonly icon?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className={css.state}>
      <span className={css.picture} aria-hidden>
        {icon ?? <IconPhone size={28} stroke={1.5} />}
      </span>
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {action}
    </div>
  );
}

/** What went wrong in words, and the id by which it can be found in the log. */
export function ErrorState({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { t } = useTranslation();
  const problem = error instanceof ApiError ? error.problem : null;
  const id = problem?.requestId;
  return (
    <div className={css.state} role="alert">
      <span className={css.picture} data-tone="bad" aria-hidden>
        <IconAlertTriangle size={28} stroke={1.5} />
      </span>
      <h2>{t('error.title')}</h2>
      <p>{errorText(error, t('error.network'), t('error.unknown'))}</p>
      {id && (
        <p className={css.request}>
          {t('error.request')} <code>{id}</code>
        </p>
      )}
      <div className={css.buttons}>
        {retry && (
          <Button leftSection={<IconRefresh size={16} />} onClick={retry}>
            {t('error.retry')}
          </Button>
        )}
        {id && (
          <Button
            variant="default"
            leftSection={<IconCopy size={16} />}
            onClick={() => navigator.clipboard.writeText(id)}
          >
            {t('error.copy')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** A text a person can read, whatever was thrown. */
export function errorText(error: unknown, network: string, otherwise: string): string {
  if (error instanceof ApiError)
    return error.problem.status === 0 ? network : error.problem.title || otherwise;
  return otherwise;
}
