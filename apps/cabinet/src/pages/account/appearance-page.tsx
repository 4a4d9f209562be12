import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ApiError, ask, speak } from '../../api/request.ts';
import type { Language, Me } from '../../api/words.ts';
import { meQuery, queries, useMe, welcome } from '../../app/session.ts';
import { errorText, Page, Section } from '../../design/index.ts';
import { toast } from '../../frame/toasts.tsx';
import { changeLanguage } from '../../i18n/index.ts';

/** «Оформление»: language and colours of the cabinet. */
export default function AppearancePage() {
  const { t, i18n } = useTranslation(['account', 'frame']);
  const me = useMe();
  // Otherwise Mantine makes a style element, which our content security policy does not allow.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const setLanguage = async (language: Language) => {
    speak(language);
    await changeLanguage(language);
    welcome({ ...me, user: { ...me.user, language } });
    try {
      welcome(await ask<Me>('/me', { method: 'PATCH', body: { language } }));
      // Texts that the server renders are read in the new language.
      await queries.invalidateQueries({ predicate: query => query.queryKey[0] !== meQuery.queryKey[0] });
    } catch (error) {
      if (error instanceof ApiError)
        toast({ tone: 'bad', text: errorText(error, t('frame:error.network'), t('frame:error.unknown')) });
    }
  };
  return (
    <Page title={t('appearance.title')}>
      <Section title={t('appearance.language')} text={t('appearance.languageText')}>
        <div>
          <SegmentedControl
            aria-label={t('appearance.language')}
            value={i18n.language}
            onChange={value => void setLanguage(value === 'en' ? 'en' : 'ru')}
            data={[
              { value: 'ru', label: 'Русский' },
              { value: 'en', label: 'English' },
            ]}
          />
        </div>
      </Section>
      <Section title={t('appearance.scheme')} text={t('appearance.schemeText')}>
        <div>
          <SegmentedControl
            aria-label={t('appearance.scheme')}
            value={colorScheme}
            onChange={value => setColorScheme(value as 'light' | 'dark' | 'auto')}
            data={[
              { value: 'auto', label: t('appearance.auto') },
              { value: 'light', label: t('appearance.light') },
              { value: 'dark', label: t('appearance.dark') },
            ]}
          />
        </div>
      </Section>
    </Page>
  );
}
