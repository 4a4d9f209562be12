import { Button, Modal, PasswordInput, TextInput } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/request.ts';
import { useMe, welcome } from '../../app/session.ts';
import { errorText, FormDialog } from '../../design/index.ts';
import { toast } from '../../frame/toasts.tsx';
import css from './account.module.css';
import { Qr } from './qr.tsx';

interface Offer {
  readonly secret: string;
  readonly uri: string;
}

/** Two-factor sign-in: on by a QR code and a first code, off by password and code. */
export function TwoFactor() {
  const { t } = useTranslation(['account', 'frame']);
  const me = useMe();
  const [offer, setOffer] = useState<Offer | null>(null);
  const [codes, setCodes] = useState<readonly string[]>([]);
  const [ending, setEnding] = useState(false);
  const set = (totp: boolean) => welcome({ ...me, user: { ...me.user, totp } });
  const begin = async () => {
    try {
      setOffer(await ask<Offer>('/me/totp', { method: 'POST' }));
    } catch (error) {
      toast({ tone: 'bad', text: errorText(error, t('frame:error.network'), t('frame:error.unknown')) });
    }
  };
  return (
    <div>
      {me.user.totp ? (
        <p className={css.on}>
          <IconShieldCheck size={20} aria-hidden /> {t('totp.on')}
          <Button variant="default" onClick={() => setEnding(true)}>
            {t('totp.switchOff')}
          </Button>
        </p>
      ) : (
        <Button variant="default" onClick={() => void begin()}>
          {t('totp.switchOn')}
        </Button>
      )}
      {offer && (
        <Begin
          offer={offer}
          onClose={() => setOffer(null)}
          onDone={given => {
            setCodes(given);
            set(true);
          }}
        />
      )}
      <RecoveryCodes codes={codes} onClose={() => setCodes([])} />
      <End opened={ending} onClose={() => setEnding(false)} onDone={() => set(false)} />
    </div>
  );
}

function Begin({
  offer,
  onClose,
  onDone,
}: {
  readonly offer: Offer;
  readonly onClose: () => void;
  readonly onDone: (codes: readonly string[]) => void;
}) {
  const { t } = useTranslation(['account', 'frame']);
  const [code, setCode] = useState('');
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('totp.dialog')}
      submit={t('totp.confirm')}
      why={/^\d{6}$/.test(code) ? null : t('totp.giveCode')}
      dirty={false}
      onSubmit={async () => {
        const body = { code };
        const { recoveryCodes } = await ask<{ recoveryCodes: readonly string[] }>('/me/totp/confirm', {
          method: 'POST',
          body,
        });
        onDone(recoveryCodes);
      }}
    >
      {errors => (
        <>
          <p className={css.text}>{t('totp.scan')}</p>
          <Qr text={offer.uri} label={t('totp.qr')} />
          <p className={css.text}>
            {t('totp.byHand')} <code className={css.secret}>{offer.secret}</code>
          </p>
          <TextInput
            label={t('totp.code')}
            inputMode="numeric"
            autoComplete="one-time-code"
            data-autofocus
            error={errors.code}
            value={code}
            onChange={event => setCode(event.currentTarget.value.trim())}
          />
        </>
      )}
    </FormDialog>
  );
}

/** Shown once: each of them is a sign-in without the telephone. */
function RecoveryCodes({
  codes,
  onClose,
}: {
  readonly codes: readonly string[];
  readonly onClose: () => void;
}) {
  const { t } = useTranslation(['account', 'frame']);
  return (
    <Modal
      opened={codes.length > 0}
      onClose={onClose}
      title={t('totp.codes')}
      centered
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('frame:action.close') }}
    >
      <p className={css.text}>{t('totp.codesText')}</p>
      <ul className={css.codes}>
        {codes.map(code => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className={css.buttons}>
        <Button variant="default" onClick={() => navigator.clipboard.writeText(codes.join('\n'))}>
          {t('totp.copy')}
        </Button>
        <Button onClick={onClose}>{t('totp.kept')}</Button>
      </div>
    </Modal>
  );
}

function End({
  opened,
  onClose,
  onDone,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation(['account', 'frame']);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const close = () => {
    setPassword('');
    setCode('');
    onClose();
  };
  return (
    <FormDialog
      opened={opened}
      onClose={close}
      title={t('totp.switchOff')}
      submit={t('totp.switchOff')}
      why={password === '' || code === '' ? t('totp.giveBoth') : null}
      dirty={false}
      onSubmit={async () => {
        await ask('/me/totp', { method: 'DELETE', body: { password, code } });
        onDone();
      }}
    >
      {errors => (
        <>
          <PasswordInput
            label={t('password.current')}
            autoComplete="current-password"
            error={errors.password}
            value={password}
            onChange={event => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': t('frame:action.showPassword') }}
          />
          <TextInput
            label={t('frame:second.code')}
            autoComplete="one-time-code"
            error={errors.code}
            value={code}
            onChange={event => setCode(event.currentTarget.value.trim())}
          />
        </>
      )}
    </FormDialog>
  );
}
