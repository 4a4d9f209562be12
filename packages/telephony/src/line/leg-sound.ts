import type { ClipId } from '@kommutator/media';
import type { Cause } from '@kommutator/model/cause';
import type { CallEvent } from '@kommutator/model/events';
import type { LegId } from '@kommutator/model/ids';
import { type Leg, LegEnded, type Sound } from '../call.ts';
import type { SecurityLog } from '../defence/security-log.ts';
import type { LegMedia, PlayEnd, Quality } from './leg-media.ts';

/** The clip of a sound that goes on and on. */
export function clipOf(sound: Exclude<Sound, 'silence'>): ClipId {
  if (typeof sound === 'object') return sound.loop;
  const tone = sound === 'dialTone' ? 'dial' : sound;
  return `tone:${tone}` as ClipId;
}

/** What the journal says of a leg's last statistics. */
export function qualityOf(leg: LegId, quality: Quality): CallEvent {
  const { packetsIn, packetsOut, loss, jitterMs, mos, rttMs, far } = quality;
  return {
    type: 'leg.quality',
    leg,
    packetsIn,
    packetsOut,
    loss,
    jitterMs,
    mos,
    ...(rttMs !== undefined && { rttMs }),
    ...(far && { far }),
  };
}

/** A second of sound: a few packets may be left over from a phone that has moved. */
const NO_ACCIDENT = 50;

/** Somebody has sent sound to a port of ours that was not meant for him. */
export function tellStranger(security: SecurityLog, { refused, refusedFrom }: Quality): void {
  if (refusedFrom !== undefined && refused >= NO_ACCIDENT)
    security.write('rtp-refused', refusedFrom, { packets: refused });
}

interface Playing extends Leg {
  readonly endCause: Cause | null;
  readonly media: LegMedia;
}

/** Waits for the end of what is played as long as the leg lives and the signal allows. Rejects with `LegEnded` or the signal's reason. */
export function whileUp(
  leg: Playing,
  playing: Promise<PlayEnd>,
  signal: AbortSignal | undefined,
): Promise<PlayEnd> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      leg.media.hear({ silence: true });
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', aborted, { once: true });
    void playing.then(end => {
      signal?.removeEventListener('abort', aborted);
      if (!leg.endCause) return resolve(end);
      void leg.ended.then(cause => reject(new LegEnded(leg, cause)));
    });
  });
}
