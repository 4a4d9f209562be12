import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/request.ts';
import type { Me } from '../../api/words.ts';
import { errorText } from '../../design/states.tsx';
import css from './outside.module.css';
import { Outside } from './outside.tsx';

/** The second step of the sign-in: a code of the application, or one of the recovery codes. */
export function SecondFactor({
  ticket,
  onDone,
  onBack,
}: {
  readonly ticket: string;
  readonly onDone: (me: Me) => void;
  readonly onBack: () => void;
}) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      onDone(await ask<Me>('/session/second', { method: 'POST', body: { ticket, code: code.trim() } }));
    } catch (error) {
      setFailure(error);
      setCode('');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Outside title={t('second.title')} text={t('second.text')}>
      <form className={css.form} onSubmit={submit}>
        <TextInput
          label={t('second.code')}
          autoComplete="one-time-code"
          autoFocus
          value={code}
          onChange={event => setCode(event.currentTarget.value)}
        />
        {failure !== null && (
          <p className={css.error} role="alert">
            {errorText(failure, t('error.network'), t('error.unknown'))}
          </p>
        )}
        <Button type="submit" loading={busy} disabled={code.trim().length < 6}>
          {t('signIn.enter')}
        </Button>
        <Button variant="subtle" onClick={onBack}>
          {t('second.back')}
        </Button>
      </form>
    </Outside>
  );
}
