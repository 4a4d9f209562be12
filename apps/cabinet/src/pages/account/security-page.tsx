import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/request.ts';
import { useMe, welcome } from '../../app/session.ts';
import { FormDialog, Page, Section } from '../../design/index.ts';
import { toast } from '../../frame/toasts.tsx';
import { whyNot } from './password-rule.ts';
import { Sessions } from './sessions.tsx';
import { TwoFactor } from './two-factor.tsx';

/** Password, second factor, sessions of the person signed in (ACC-5, ACC-16). */
export default function SecurityPage() {
  const { t } = useTranslation(['account', 'frame']);
  return (
    <Page title={t('security.title')}>
      <Section title={t('password.title')} text={t('password.text')}>
        <PasswordForm />
      </Section>
      <Section title={t('totp.title')} text={t('totp.text')}>
        <TwoFactor />
      </Section>
      <Section title={t('sessions.title')} text={t('sessions.text')}>
        <Sessions />
      </Section>
    </Page>
  );
}

/** «Изменить пароль» (ACC-16). */
function PasswordForm() {
  const me = useMe();
  const { t } = useTranslation(['account', 'frame']);
  const [opened, setOpened] = useState(false);
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const clear = () => {
    setCurrent('');
    setPassword('');
    setAgain('');
  };
  const toggle = { 'aria-label': t('frame:action.showPassword') };
  const problem = whyNot(password, again);
  const why = current === '' ? t('password.giveCurrent') : problem && t(`password.${problem}`);
  return (
    <div>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t('password.change')}
      </Button>
      <FormDialog
        opened={opened}
        onClose={() => {
          setOpened(false);
          clear();
        }}
        title={t('password.dialog')}
        submit={t('password.apply')}
        why={why}
        dirty={current !== '' || password !== '' || again !== ''}
        onSubmit={async () => {
          const body = { current, password };
          const { csrf } = await ask<{ csrf: string }>('/me/password', { method: 'PUT', body });
          welcome({ ...me, csrf });
          toast({ tone: 'good', text: t('password.changed') });
        }}
      >
        {errors => (
          <>
            <PasswordInput
              label={t('password.current')}
              autoComplete="current-password"
              data-autofocus
              error={errors.current}
              value={current}
              onChange={event => setCurrent(event.currentTarget.value)}
              visibilityToggleButtonProps={toggle}
            />
            <PasswordInput
              label={t('frame:password.new')}
              description={t('frame:password.rule')}
              autoComplete="new-password"
              error={errors.password}
              value={password}
              onChange={event => setPassword(event.currentTarget.value)}
              visibilityToggleButtonProps={toggle}
            />
            <PasswordInput
              label={t('frame:password.again')}
              autoComplete="new-password"
              error={again !== '' && again !== password ? t('frame:password.differs') : undefined}
              value={again}
              onChange={event => setAgain(event.currentTarget.value)}
              visibilityToggleButtonProps={toggle}
            />
          </>
        )}
      </FormDialog>
    </div>
  );
}
