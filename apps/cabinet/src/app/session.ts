/** Who is signed in: read before anything is drawn, refreshed when something of it changes. */

import type { Right } from '@kommutator/model/rights';
import { QueryClient, queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { ApiError, ask, setToken, speak, whenSignedOut } from '../api/request.ts';
import type { Me } from '../api/words.ts';
import { wearBrand } from '../design/brand.ts';
import { changeLanguage, i18n } from '../i18n/index.ts';
import { live } from '../live/index.ts';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What a repetition cannot mend is shown at once.
      retry: (failures, error) =>
        failures < 2 &&
        !(error instanceof ApiError && error.problem.status >= 400 && error.problem.status < 500),
      refetchOnWindowFocus: false,
    },
  },
});

/** Null = nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async (): Promise<Me | null> => {
    try {
      return adopt(await ask<Me>('/session'));
    } catch (error) {
      if (error instanceof ApiError && error.problem.status === 401) return null;
      throw error;
    }
  },
});

/** The page becomes that person's: token, language, brand. */
function adopt(me: Me): Me {
  setToken(me.csrf);
  speak(me.user.language);
  if (i18n.language !== me.user.language) void changeLanguage(me.user.language);
  wearBrand(me.brand.accent);
  return me;
}

export const welcome = (me: Me): void => {
  queries.setQueryData(meQuery.queryKey, adopt(me));
};

/** Nothing of the session stays on the page (ACC-5.4). */
function forget(): void {
  live.close();
  setToken('');
  queries.clear();
  queries.setQueryData(meQuery.queryKey, null);
}

let leave: () => void = () => {};

/** How to get to the sign-in form. */
export const toSignIn = (act: () => void): void => {
  leave = act;
};

whenSignedOut(() => {
  if (queries.getQueryData(meQuery.queryKey) === null) return;
  forget();
  leave();
});

live.onLost(() => void queries.invalidateQueries());
live.onDoubt(async () => {
  if ((await queries.fetchQuery({ ...meQuery, staleTime: 0 })) !== null) return;
  forget();
  leave();
});

export async function signOut(): Promise<void> {
  await ask('/session', { method: 'DELETE' }).catch(() => {});
  forget();
  leave();
}

/** The signed-in person; only below the frame. */
export function useMe(): Me {
  const { data } = useSuspenseQuery(meQuery);
  if (!data) throw new Error('nobody is signed in');
  return data;
}

export const useMay = (): ((right: Right) => boolean) => {
  const { rights } = useMe();
  return right => rights.includes(right);
};

/** The zone moments are shown in. */
export const useZone = (): string =>
  useMe().domain?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
