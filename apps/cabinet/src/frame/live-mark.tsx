import { Tooltip } from '@mantine/core';
import { IconCloudOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLiveState } from '../live/index.ts';
import css from './live-mark.module.css';

/** ms without connection before it is said: a short break is nobody's business. */
const PATIENCE = 2_000;

/** Says when what is shown is no longer kept up to date. */
export function LiveMark() {
  const { t } = useTranslation();
  const state = useLiveState();
  const away = state === 'waiting' || state === 'connecting';
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!away) return setShown(false);
    const timer = setTimeout(() => setShown(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [away]);
  if (!shown) return null;
  return (
    <Tooltip label={t('live.away')}>
      <span className={css.away} role="status">
        <IconCloudOff size={16} aria-hidden /> {t('live.short')}
      </span>
    </Tooltip>
  );
}
