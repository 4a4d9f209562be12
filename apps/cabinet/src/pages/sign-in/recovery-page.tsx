import { Button, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/request.ts';
import { errorText } from '../../design/states.tsx';
import css from './outside.module.css';
import { Outside } from './outside.tsx';

/** «Восстановить пароль» (ACC-7): the same answer whether or not there is such a person. */
export default function RecoveryPage() {
  const { t } = useTranslation();
  const [domain, setDomain] = useState(() => localStorage.getItem('kommutator.domain') ?? '');
  const [login, setLogin] = useState('');
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      const body = { domain: domain.trim(), login: login.trim() };
      await ask('/password-recovery', { method: 'POST', body });
      setSent(true);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Outside title={t('recovery.title')} text={sent ? undefined : t('recovery.text')}>
      {sent ? (
        <p role="status">{t('recovery.sent')}</p>
      ) : (
        <form className={css.form} onSubmit={submit}>
          <TextInput
            label={t('signIn.domain')}
            value={domain}
            onChange={event => setDomain(event.currentTarget.value)}
          />
          <TextInput
            label={t('signIn.login')}
            autoFocus
            value={login}
            onChange={event => setLogin(event.currentTarget.value)}
          />
          {failure !== null && (
            <p className={css.error} role="alert">
              {errorText(failure, t('error.network'), t('error.unknown'))}
            </p>
          )}
          <Button type="submit" loading={busy} disabled={login.trim() === ''}>
            {t('recovery.send')}
          </Button>
        </form>
      )}
      <Link to="/sign-in">{t('recovery.back')}</Link>
    </Outside>
  );
}
