import {
  IconArrowsExchange,
  IconHash,
  IconListNumbers,
  IconMessage2,
  IconPhone,
  IconPhoneEnd,
  IconUser,
  IconUsersGroup,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { JourneyStep } from '../../api/words.ts';
import { duration, phone } from '../../format/index.ts';
import css from './calls.module.css';

const ICONS: Readonly<Record<string, typeof IconUser>> = {
  number: IconHash,
  ivr: IconListNumbers,
  menu: IconListNumbers,
  group: IconUsersGroup,
  queue: IconUsersGroup,
  user: IconUser,
  operator: IconUser,
  transfer: IconArrowsExchange,
  voicemail: IconMessage2,
  end: IconPhoneEnd,
};

const KNOWN = ['answered', 'noAnswer', 'busy', 'failed', 'ended'] as const;

/** The way of a call as a strip: number → menu → group → operator, with how long each took. */
export function Journey({ steps }: { readonly steps: readonly JourneyStep[] }) {
  const { t, i18n } = useTranslation(['calls', 'frame']);
  return (
    <ol className={css.journey}>
      {steps.map((step, i) => {
        const Icon = ICONS[step.kind] ?? IconPhone;
        const result = KNOWN.find(each => each === step.result);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a call never goes back and changes its way
          <li key={i} data-result={step.result ?? undefined}>
            <Icon size={18} stroke={1.6} aria-hidden />
            <strong>{phone(step.label)}</strong>
            <span>
              {result && t(`journey.${result}`)}
              {step.to !== null && step.to > step.from && (
                <> {duration((step.to - step.from) / 1000, i18n.language)}</>
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
