import {
  IconAsterisk,
  IconHandGrab,
  IconHash,
  IconPhone,
  IconPhoneCall,
  IconPhoneOutgoing,
  IconPhoneX,
  IconPlayerPause,
  IconRoute,
  IconUser,
  IconUsersGroup,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { JourneyStep } from '../../api/words.ts';
import { duration, phone } from '../../format/index.ts';
import css from './calls.module.css';

const ICONS: Readonly<Record<string, typeof IconUser>> = {
  line: IconHash,
  rule: IconRoute,
  group: IconUsersGroup,
  user: IconUser,
  service: IconAsterisk,
  outside: IconPhoneOutgoing,
  answer: IconPhoneCall,
  pickup: IconHandGrab,
  hold: IconPlayerPause,
  refused: IconPhoneX,
};

const KINDS = [
  'line',
  'rule',
  'group',
  'user',
  'service',
  'outside',
  'answer',
  'pickup',
  'hold',
  'refused',
] as const;

/**
 * The way of a call as a strip: number → group → user → answer, with how long each took.
 * @param words texts of the protocol by their key: how a step ended
 */
export function Journey({
  steps,
  words,
}: {
  readonly steps: readonly JourneyStep[];
  readonly words: ReadonlyMap<string, string>;
}) {
  const { t, i18n } = useTranslation(['calls', 'frame']);
  return (
    <ol className={css.journey}>
      {steps.map((step, i) => {
        const Icon = ICONS[step.kind] ?? IconPhone;
        const kind = KINDS.find(each => each === step.kind);
        const took = step.to === null ? 0 : (step.to - step.from) / 1000;
        const over = step.result === null || step.result.startsWith('ended');
        const tone = step.kind === 'answer' ? 'good' : over ? undefined : 'bad';
        const end = over ? undefined : words.get(step.result ?? '');
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a call never goes back and changes its way
          <li key={i} data-tone={tone}>
            <Icon size={18} stroke={1.6} aria-hidden />
            <strong>{step.label === '' ? kind && t(`journey.${kind}`) : phone(step.label)}</strong>
            <span>
              {[end ?? (kind && t(`journey.${kind}`)), took >= 1 && duration(took, i18n.language)]
                .filter(Boolean)
                .join(', ')}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
