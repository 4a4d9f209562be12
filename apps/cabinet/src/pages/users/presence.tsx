import { IconPhone, IconPhoneCall, IconPhoneOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Presence } from '../../api/words.ts';
import css from './users.module.css';

const ICONS = { offline: IconPhoneOff, online: IconPhone, ringing: IconPhoneCall, busy: IconPhoneCall };

/** Presence in a word, a shape and a colour (USR-3): online = a phone is registered. */
export function PresenceMark({ presence }: { readonly presence: Presence }) {
  const { t } = useTranslation(['users', 'frame']);
  const Icon = ICONS[presence.state];
  const devices = presence.devices > 1 ? ` · ${t('devices', { count: presence.devices })}` : '';
  return (
    <span className={css.presence} data-state={presence.state}>
      <Icon size={16} stroke={1.8} aria-hidden />
      {t(`presence.${presence.state}`)}
      {presence.peer ? ` · ${presence.peer}` : devices}
    </span>
  );
}
