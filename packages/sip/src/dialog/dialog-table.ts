import type { SipDialog } from './dialog.ts';

/** Dialogs by their identity: Call-ID, local tag, remote tag (RFC 3261 §12). */
export class DialogTable {
  readonly #dialogs = new Map<string, SipDialog>();

  get size(): number {
    return this.#dialogs.size;
  }

  find(callId: string, localTag: string, remoteTag: string): SipDialog | null {
    const dialog = this.#dialogs.get(keyOf(localTag, remoteTag));
    return dialog && dialog.callId === callId ? dialog : null;
  }

  add(dialog: SipDialog): void {
    this.#dialogs.set(keyOf(dialog.localTag, dialog.remoteTag), dialog);
  }

  remove(dialog: SipDialog): void {
    const key = keyOf(dialog.localTag, dialog.remoteTag);
    if (this.#dialogs.get(key) === dialog) this.#dialogs.delete(key);
  }

  all(): SipDialog[] {
    return [...this.#dialogs.values()];
  }
}

/** The local tag is random and ours, so the Call-ID need not be part of the key. */
const keyOf = (localTag: string, remoteTag: string): string => `${localTag} ${remoteTag}`;
