import type { Route } from '../../route.ts';
import { meRoutes } from './me.ts';
import { recoveryRoutes } from './recovery.ts';
import { sessionRoutes } from './sessions.ts';
import { signInRoutes } from './sign-in.ts';

export const accessRoutes: readonly Route[] = [
  ...signInRoutes,
  ...sessionRoutes,
  ...recoveryRoutes,
  ...meRoutes,
];
