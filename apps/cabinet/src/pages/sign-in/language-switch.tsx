import { SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { speak } from '../../api/request.ts';
import { changeLanguage } from '../../i18n/index.ts';

/** Russian or English, before anybody is signed in. */
export function LanguageSwitch() {
  const { i18n, t } = useTranslation();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('language')}
      value={i18n.language}
      onChange={value => {
        const language = value === 'en' ? 'en' : 'ru';
        speak(language);
        void changeLanguage(language);
      }}
      data={[
        { value: 'ru', label: 'Русский' },
        { value: 'en', label: 'English' },
      ]}
    />
  );
}
