import { Button, Checkbox, PasswordInput, TextInput } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/request.ts';
import type { Me, SecondStep } from '../../api/words.ts';
import { safePath } from '../../app/address.ts';
import { welcome } from '../../app/session.ts';
import { errorText } from '../../design/states.tsx';
import css from './outside.module.css';
import { Outside } from './outside.tsx';
import { SecondFactor } from './second-factor.tsx';
import { splitLogin } from './split-login.ts';

const STORED = 'kommutator.domain';

/** Sign-in (ACC-4): domain remembered here, `login@domain` understood, one message for every refusal. */
export default function SignInPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { to } = useSearch({ from: '/sign-in' });
  const [domain, setDomain] = useState(() => localStorage.getItem(STORED) ?? '');
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [remember, setRemember] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [second, setSecond] = useState<string | null>(null);
  const secret = useRef<HTMLInputElement>(null);

  const enter = (me: Me) => {
    if (domain) localStorage.setItem(STORED, domain);
    welcome(me);
    void navigate({ href: safePath(to), replace: true });
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      const body = { domain: domain.trim(), login: login.trim(), password, remember };
      const answer = await ask<Me | SecondStep>('/session', { method: 'POST', body });
      if ('second' in answer) setSecond(answer.ticket);
      else enter(answer);
    } catch (error) {
      setFailure(error);
      setPassword('');
      secret.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  if (second !== null) return <SecondFactor ticket={second} onDone={enter} onBack={() => setSecond(null)} />;
  const onLogin = (text: string) => {
    const { login: name, domain: place } = splitLogin(text);
    setLogin(name);
    if (place !== null) setDomain(place);
  };
  return (
    <Outside title={t('signIn.title')}>
      <form className={css.form} onSubmit={submit}>
        <TextInput
          label={t('signIn.domain')}
          placeholder="demo.kommutator.test"
          autoComplete="organization"
          spellCheck={false}
          autoFocus={domain === ''}
          value={domain}
          onChange={event => setDomain(event.currentTarget.value)}
        />
        <TextInput
          label={t('signIn.login')}
          autoComplete="username"
          spellCheck={false}
          autoFocus={domain !== ''}
          value={login}
          onChange={event => onLogin(event.currentTarget.value)}
        />
        <PasswordInput
          ref={secret}
          label={t('signIn.password')}
          autoComplete="current-password"
          value={password}
          onChange={event => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('action.showPassword') }}
        />
        <div className={css.row}>
          <Checkbox
            label={t('signIn.remember')}
            checked={remember}
            onChange={event => setRemember(event.currentTarget.checked)}
          />
          <Link to="/recovery">{t('signIn.recover')}</Link>
        </div>
        {failure !== null && (
          <p className={css.error} role="alert">
            {errorText(failure, t('error.network'), t('error.unknown'))}
          </p>
        )}
        <Button type="submit" loading={busy} disabled={login.trim() === '' || password === ''}>
          {t('signIn.enter')}
        </Button>
      </form>
    </Outside>
  );
}
