import type { CallKind } from '@kommutator/model/record';
import {
  IconArrowForwardUp,
  IconArrowsExchange,
  IconArrowsLeftRight,
  IconPhoneIncoming,
  IconPhoneOff,
  IconPhoneOutgoing,
  IconPhoneX,
  IconRecordMail,
  IconUsers,
  IconUsersGroup,
  IconUsersMinus,
  IconUserX,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import css from './call-kind.module.css';

type Tone = 'good' | 'bad' | 'plain';

/** The twelve call kinds (spec 00 §3.2): one icon each, defined once. Colour never stands alone: shape and hint say it too. */
const CALL_KINDS: Readonly<Record<CallKind, { icon: typeof IconUsers; tone: Tone }>> = {
  in_answered: { icon: IconPhoneIncoming, tone: 'good' },
  in_missed: { icon: IconPhoneX, tone: 'bad' },
  out_answered: { icon: IconPhoneOutgoing, tone: 'good' },
  out_failed: { icon: IconPhoneOff, tone: 'bad' },
  internal_answered: { icon: IconArrowsLeftRight, tone: 'good' },
  internal_failed: { icon: IconUserX, tone: 'bad' },
  out_forwarded: { icon: IconArrowForwardUp, tone: 'plain' },
  transferred: { icon: IconArrowsExchange, tone: 'plain' },
  group_answered: { icon: IconUsersGroup, tone: 'good' },
  group_missed: { icon: IconUsersMinus, tone: 'bad' },
  conference: { icon: IconUsers, tone: 'plain' },
  voicemail: { icon: IconRecordMail, tone: 'plain' },
};

const KINDS = Object.keys(CALL_KINDS) as readonly CallKind[];

export function CallKindIcon({ kind, live = false }: { readonly kind: CallKind; readonly live?: boolean }) {
  const { t } = useTranslation();
  const { icon: Icon, tone } = CALL_KINDS[kind];
  const label = live ? t('callKind.live') : t(`callKind.${kind}`);
  return (
    <span className={css.icon} data-tone={live ? 'live' : tone} role="img" aria-label={label} title={label}>
      <Icon size={18} stroke={1.8} aria-hidden />
    </span>
  );
}

/** What the icons mean. */
export function CallKindLegend() {
  const { t } = useTranslation();
  return (
    <ul className={css.legend}>
      {KINDS.map(kind => (
        <li key={kind}>
          <CallKindIcon kind={kind} /> {t(`callKind.${kind}`)}
        </li>
      ))}
    </ul>
  );
}
