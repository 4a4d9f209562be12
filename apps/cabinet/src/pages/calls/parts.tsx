import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Call, Party } from '../../api/words.ts';
import { clock, duration, phone } from '../../format/index.ts';
import css from './calls.module.css';

/** Name and number of one side; `short` = whichever says more. */
export function PartyCell({ party, short = false }: { readonly party: Party; readonly short?: boolean }) {
  const { t } = useTranslation(['calls', 'frame']);
  const number = party.number === '' ? t('hidden') : phone(party.number);
  if (!party.name || party.name === party.number) return <span className={css.party}>{number}</span>;
  return (
    <span className={css.party} title={`${party.name} ${number}`}>
      {party.name} {!short && <span className={css.soft}>{number}</span>}
    </span>
  );
}

const seconds = (from: string): number => (Date.now() - Date.parse(from)) / 1000;

/** Length of talk; while the call goes on, a clock. */
export function Talk({ call }: { readonly call: Call }) {
  const { t, i18n } = useTranslation(['calls', 'frame']);
  if (!call.live) return <>{duration(call.durationS, i18n.language)}</>;
  return (
    <span className={css.live}>
      {call.answeredAt === null ? t('live.ringing') : <Running since={call.answeredAt} />}
    </span>
  );
}

function Running({ since }: { readonly since: string }) {
  const [now, setNow] = useState(() => seconds(since));
  useEffect(() => {
    const timer = setInterval(() => setNow(seconds(since)), 1000);
    return () => clearInterval(timer);
  }, [since]);
  return <>{clock(now)}</>;
}

/** MOS in words and figure: bars alone would say nothing to the colour-blind. */
export function Quality({ mos }: { readonly mos: number | null }) {
  const { t, i18n } = useTranslation(['calls', 'frame']);
  if (mos === null) return <span className={css.soft}>{t('quality.unknown')}</span>;
  const grade = mos >= 4 ? 'good' : mos >= 3.6 ? 'fair' : 'poor';
  const shown = i18n.language === 'en' ? mos.toFixed(1) : mos.toFixed(1).replace('.', ',');
  return (
    <span className={css.quality} data-grade={grade}>
      <span className={css.bars} aria-hidden>
        <i />
        <i />
        <i />
      </span>
      {t(`quality.${grade}`)} <strong>{shown}</strong>
    </span>
  );
}
