/** What happens on the line, on the page. */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { LiveChannel, type Socket, type Topic } from './channel.ts';

const address = (): string => `${location.origin.replace(/^http/, 'ws')}/api/live`;

export const live = new LiveChannel({
  open: () => new WebSocket(address()) as unknown as Socket,
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
});

addEventListener('online', () => live.hurry());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && live.hurry());

/** Hears a topic while the component is shown. */
export function useLive(topic: Topic, hear: (data: unknown) => void, on = true): void {
  const latest = useRef(hear);
  useEffect(() => {
    latest.current = hear;
  });
  useEffect(() => {
    if (on) return live.on(topic, data => latest.current(data));
  }, [topic, on]);
}

/** Whether what is shown is kept up to date. */
export const useLiveState = () =>
  useSyncExternalStore(
    act => live.watch(act),
    () => live.state,
  );
