import { Button, PasswordInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/request.ts';
import { fieldErrors } from '../../design/form-dialog.tsx';
import { errorText } from '../../design/states.tsx';
import css from './outside.module.css';
import { Outside } from './outside.tsx';

/** The page a recovery letter leads to (ACC-7.4). */
export default function NewPasswordPage() {
  const { t } = useTranslation();
  const { token } = useParams({ from: '/recovery/$token' });
  const link = useQuery({
    queryKey: ['recovery', token],
    retry: false,
    queryFn: async () => {
      await ask(`/password-recovery/${encodeURIComponent(token)}`);
      return true;
    },
  });
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      await ask(`/password-recovery/${encodeURIComponent(token)}`, { method: 'POST', body: { password } });
      setDone(true);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const toggle = { 'aria-label': t('action.showPassword') };
  const errors = fieldErrors(failure);
  const differs = again !== '' && again !== password;
  if (link.isError)
    return (
      <Outside title={t('recovery.dead')} text={t('recovery.deadText')}>
        <Link to="/recovery">{t('recovery.again')}</Link>
      </Outside>
    );
  if (done)
    return (
      <Outside title={t('recovery.done')} text={t('recovery.doneText')}>
        <Link to="/sign-in">{t('recovery.back')}</Link>
      </Outside>
    );
  return (
    <Outside title={t('recovery.new')} text={t('recovery.phones')}>
      <form className={css.form} onSubmit={submit}>
        <PasswordInput
          label={t('password.new')}
          description={t('password.rule')}
          autoComplete="new-password"
          error={errors.password}
          value={password}
          onChange={event => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={toggle}
        />
        <PasswordInput
          label={t('password.again')}
          autoComplete="new-password"
          error={differs ? t('password.differs') : undefined}
          value={again}
          onChange={event => setAgain(event.currentTarget.value)}
          visibilityToggleButtonProps={toggle}
        />
        {failure !== null && !errors.password && (
          <p className={css.error} role="alert">
            {errorText(failure, t('error.network'), t('error.unknown'))}
          </p>
        )}
        <Button
          type="submit"
          loading={busy}
          disabled={!link.isSuccess || password === '' || again !== password}
        >
          {t('action.save')}
        </Button>
      </form>
    </Outside>
  );
}
