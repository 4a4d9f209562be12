import { createTransport } from 'nodemailer';

interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Sends one letter. @throws Error; `permanent` = the server will never take it. */
export type SendLetter = (letter: Letter) => Promise<void>;

/** The mail server refused for good: another attempt would be refused too (RFC 5321 §4.2.1, 5yz). */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/** A server that neither answers nor hangs up is given up. */
const PATIENCE_MS = 20_000;

/**
 * The mail server of SMTP_URL.
 * @param from `Name <address>` of every letter.
 */
export function smtp(url: string, from: string): { readonly send: SendLetter; close(): void } {
  const transport = createTransport({
    url,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    // A letter holds text of ours and names of users, nothing that may be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text, html }) {
      try {
        await transport.sendMail({ from, to: { name: '', address: to }, subject, text, html });
      } catch (error) {
        if (permanent(error)) throw new PermanentFailure(String(error), { cause: error });
        throw error;
      }
    },
    close: () => transport.close(),
  };
}

/** 5yz, but not of the sign-in at the mail server: that is ours to mend, and the letter waits for it. */
function permanent(error: unknown): boolean {
  if (!(error instanceof Error) || !('responseCode' in error)) return false;
  const refusedSignIn = 'code' in error && error.code === 'EAUTH';
  return Number(error.responseCode) >= 500 && !refusedSignIn;
}
