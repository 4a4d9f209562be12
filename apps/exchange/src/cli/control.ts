import { connect } from 'node:net';
import type { FromParent, HouseStatus, ToParent } from '../ipc/control-words.ts';
import { Channel, type Hello } from '../ipc/index.ts';
import { socketLine } from '../ipc/socket.ts';
import type { CommandContext } from './command.ts';

export interface Control {
  status(): Promise<HouseStatus | null>;
  drain(): Promise<boolean>;
  /** The instance has ended. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Speaks to the running instance of this DATA_DIR. @returns null when none runs. */
export function connectControl({ paths, clock }: CommandContext): Promise<Control | null> {
  return new Promise(resolve => {
    let end = () => {};
    const ended = new Promise<void>(done => {
      end = done;
    });
    const channel: Channel<ToParent, FromParent> = new Channel<ToParent, FromParent>({
      line: socketLine(connect(paths.sockets.control)),
      clock,
      role: 'command',
      meet: (_hello: Hello) => {
        resolve({
          status: async () => {
            const answer = await channel.request('status', null);
            return answer.ok ? answer.value : null;
          },
          drain: async () => (await channel.request('drain', null)).ok,
          ended,
          close: () => channel.close(),
        });
        return {};
      },
      closed: () => {
        resolve(null);
        end();
      },
    });
  });
}
