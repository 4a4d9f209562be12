import type { Dialog } from '@kommutator/sip';

/**
 * Asks a phone that sends neither RTP nor RTCP whether it is still there: OPTIONS within the dialog. Any answer but 408
 * and 481 says so; those, and silence, end the dialog (RFC 3261 §12.2.1.2), which its owner is told as `lost`.
 */
export class PhoneCheck {
  #asking = false;

  /** Between the question and its answer: a dialog that is lost now was lost with its phone. */
  get asking(): boolean {
    return this.#asking;
  }

  /** @param there is called when the phone has answered. */
  ask(dialog: Dialog, there: () => void): void {
    if (this.#asking) return;
    this.#asking = true;
    void dialog.request('OPTIONS').then(() => {
      this.#asking = false;
      there();
    });
  }
}
