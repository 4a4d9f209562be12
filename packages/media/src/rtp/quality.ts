import type { Ms } from '@kommutator/base';

/** Ie of G.711 is 0; its packet-loss robustness with concealment, ITU-T G.113 Appendix I table I.4. */
const BPL = 25.1;
/** R of an undisturbed narrow-band connection with the default values of ITU-T G.107 (06/2015). */
const R_BEST = 93.2;

/**
 * Mean opinion score, 1…4.5, by the E-model of ITU-T G.107 reduced to what we measure: delay and loss.
 * Id by Cole & Rosenbluth, "Voice over IP performance monitoring", 2001; Ie,eff by G.107 §7.5 (random loss);
 * R to MOS by G.107 Annex B.
 * @param loss 0…1.
 * @param rttMs undefined where RTCP told nothing; then only our side's delay counts.
 */
export function mos(loss: number, jitterMs: Ms, rttMs: Ms | undefined): number {
  // One way: half the round trip, one packet, and a jitter buffer of twice the jitter.
  const delay = (rttMs ?? 0) / 2 + 20 + 2 * jitterMs;
  const id = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const percent = 100 * loss;
  const ie = (95 * percent) / (percent + BPL);
  const r = Math.min(100, Math.max(0, R_BEST - id - ie));
  const score = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
  return Math.round(Math.max(1, score) * 100) / 100;
}
