import { IconLock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useMe, useZone } from '../app/session.ts';
import { date } from '../format/index.ts';
import css from './frame.module.css';

const KNOWN = ['financial', 'administrative', 'voluntary', 'trial'] as const;

/** «Финансовая блокировка с 24.03.2021» (ACC-11): every block that is in force. */
export function Blocks() {
  const { t } = useTranslation();
  const { blocks } = useMe();
  const zone = useZone();
  return blocks.map(({ kind, since }) => {
    const known = KNOWN.find(each => each === kind) ?? 'administrative';
    return (
      <div key={kind} className={css.block} role="status">
        <IconLock size={17} aria-hidden /> {t(`block.${known}`, { since: date(since, zone) })}
      </div>
    );
  });
}
