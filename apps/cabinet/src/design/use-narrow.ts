import { useSyncExternalStore } from 'react';

const query = matchMedia('(max-width: 767px)');

/** Below 768 px tables become two-line lists and modals become sheets. */
export const useNarrow = (): boolean =>
  useSyncExternalStore(
    act => {
      query.addEventListener('change', act);
      return () => query.removeEventListener('change', act);
    },
    () => query.matches,
  );
