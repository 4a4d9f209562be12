import { Button, Modal } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/request.ts';
import css from './form-dialog.module.css';
import { errorText } from './states.tsx';
import { useNarrow } from './use-narrow.ts';

export interface FormDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly submit: string;
  /** Why the button is disabled, in words; null = it is not. */
  readonly why: string | null;
  /** Whether leaving would lose something. */
  readonly dirty: boolean;
  /** Rejects with what the server refused; closes when it resolves. */
  readonly onSubmit: () => Promise<void>;
  /** Refusals at fields, by field name. */
  readonly children: (errors: Readonly<Record<string, string>>) => ReactNode;
}

/**
 * A modal for up to eight fields: says why its button is off, keeps what was typed unless told otherwise, shows the
 * server's refusals at their fields. A sheet on a phone.
 */
export function FormDialog(props: FormDialogProps) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const close = () => {
    if (props.dirty && !asked) return setAsked(true);
    setAsked(false);
    setFailure(null);
    props.onClose();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (props.why !== null || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await props.onSubmit();
      setAsked(false);
      props.onClose();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const errors = fieldErrors(failure);
  const general = failure !== null && Object.keys(errors).length === 0;
  return (
    <Modal
      opened={props.opened}
      onClose={close}
      title={props.title}
      fullScreen={narrow}
      centered
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={submit} className={css.form}>
        {props.children(errors)}
        {general && (
          <p role="alert" className={css.error}>
            {errorText(failure, t('error.network'), t('error.unknown'))}
          </p>
        )}
        {asked ? (
          <div className={css.ask} role="alert">
            <span>{t('form.leave')}</span>
            <Button size="xs" variant="default" onClick={() => setAsked(false)}>
              {t('form.stay')}
            </Button>
            <Button size="xs" color="red" onClick={close}>
              {t('form.drop')}
            </Button>
          </div>
        ) : (
          <div className={css.foot}>
            <span className={css.why}>{props.why}</span>
            <Button type="submit" loading={busy} disabled={props.why !== null}>
              {props.submit}
            </Button>
          </div>
        )}
      </form>
    </Modal>
  );
}

/** What the server refused, by field. */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries(error.problem.errors.map(({ field, message }) => [field, message]));
}
