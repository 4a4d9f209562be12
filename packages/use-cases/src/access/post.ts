import type { CabinetPerson } from '@kommutator/store';
import type { AccessDesk } from './desk.ts';
import type { LetterText } from './letters.ts';

/** Queues a letter for somebody who has an address; it is kept sealed until it is sent. */
export async function postLetter(
  { store, box, clock }: AccessDesk,
  person: CabinetPerson,
  kind: string,
  letter: LetterText,
): Promise<void> {
  if (person.email === null) return;
  await store.access.addLetter(
    {
      domain: person.domain?.id ?? null,
      kind,
      recipient: person.email,
      content: box.seal(JSON.stringify(letter)),
    },
    clock.wall(),
  );
}
