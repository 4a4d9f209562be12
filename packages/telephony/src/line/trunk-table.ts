import type { TrunkConfig } from '@kommutator/model/config';
import type { Peer } from '@kommutator/sip';
import type { Directory } from '../ports.ts';
import { AddressList } from './addresses.ts';

/** Which trunk trusts which source; made anew when the directory has changed. */
export class TrunkTable {
  readonly #directory: Directory;
  /** Version of the directory the table was made from. */
  #made = -1;
  #trusts: readonly { readonly trunk: TrunkConfig; readonly from: AddressList }[] = [];
  /** All that any trunk trusts: of a flood of strangers each is asked for once, however many trunks there are. */
  #anybody = new AddressList([]);
  readonly #known = new Map<string, TrunkConfig | null>();

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** The enabled trunk that trusts a source; the first as configured. WebSocket is never trusted (DESIGN §2). */
  trusting({ protocol, address }: Peer): TrunkConfig | null {
    if (protocol === 'ws' || protocol === 'wss') return null;
    this.#refresh();
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    if (!this.#anybody.has(address)) return null;
    const trunk = this.#trusts.find(({ from }) => from.has(address))?.trunk ?? null;
    // Strangers come from everywhere: only what is trusted is worth remembering.
    if (trunk) this.#known.set(address, trunk);
    return trunk;
  }

  #refresh(): void {
    const { current } = this.#directory;
    if (current.version === this.#made) return;
    this.#made = current.version;
    this.#known.clear();
    const trusting = current.trunks.filter(trunk => trunk.enabled && trunk.trusts.length > 0);
    this.#trusts = trusting.map(trunk => ({ trunk, from: new AddressList(trunk.trusts) }));
    this.#anybody = new AddressList(trusting.flatMap(trunk => trunk.trusts));
  }
}
