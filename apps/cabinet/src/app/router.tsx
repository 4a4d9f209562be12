import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { Suspense } from 'react';
import { only, parseSearch, safePath, stringifySearch } from './address.ts';
import { Failure, Missing, Waiting } from './fallbacks.tsx';
import { homeOf } from './menu.ts';
import { meQuery, queries, toSignIn } from './session.ts';

const root = createRootRoute({
  component: () => (
    <Suspense fallback={<Waiting />}>
      <Outlet />
    </Suspense>
  ),
  errorComponent: Failure,
  notFoundComponent: Missing,
});

const whereTo = only('to');

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: whereTo,
  beforeLoad: async ({ search }) => {
    const me = await queries.ensureQueryData(meQuery);
    if (me) throw redirect({ to: safePath(search.to), replace: true });
  },
  component: lazyRouteComponent(() => import('../pages/sign-in/sign-in-page.tsx')),
});

const recovery = createRoute({
  getParentRoute: () => root,
  path: '/recovery',
  component: lazyRouteComponent(() => import('../pages/sign-in/recovery-page.tsx')),
});

const newPassword = createRoute({
  getParentRoute: () => root,
  path: '/recovery/$token',
  component: lazyRouteComponent(() => import('../pages/sign-in/new-password-page.tsx')),
});

/** Everything behind the sign-in stands in the frame. */
const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  beforeLoad: async ({ location }) => {
    const me = await queries.ensureQueryData(meQuery);
    if (!me) throw redirect({ to: '/sign-in', search: { to: location.href }, replace: true });
    return { me };
  },
  component: lazyRouteComponent(() => import('../frame/frame.tsx')),
});

const home = createRoute({
  getParentRoute: () => frame,
  path: '/',
  beforeLoad: ({ context }) => {
    throw redirect({ to: homeOf(context.me), replace: true });
  },
});

const CALLS = ['period', 'from', 'to', 'type', 'result', 'line', 'search', 'call'] as const;

const calls = createRoute({
  getParentRoute: () => frame,
  path: '/calls',
  validateSearch: only(...CALLS),
  component: lazyRouteComponent(() => import('../pages/calls/domain-calls-page.tsx')),
});

const myCalls = createRoute({
  getParentRoute: () => frame,
  path: '/my/calls',
  validateSearch: only(...CALLS),
  component: lazyRouteComponent(() => import('../pages/calls/own-calls-page.tsx')),
});

const users = createRoute({
  getParentRoute: () => frame,
  path: '/users',
  validateSearch: only('search', 'user'),
  component: lazyRouteComponent(() => import('../pages/users/users-page.tsx')),
});

const groups = createRoute({
  getParentRoute: () => frame,
  path: '/groups',
  component: lazyRouteComponent(() => import('../pages/users/groups-page.tsx')),
});

const numbers = createRoute({
  getParentRoute: () => frame,
  path: '/numbers',
  validateSearch: only('search', 'number'),
  component: lazyRouteComponent(() => import('../pages/numbers/numbers-page.tsx')),
});

const routeCheck = createRoute({
  getParentRoute: () => frame,
  path: '/route-check',
  validateSearch: only('caller', 'number', 'at'),
  component: lazyRouteComponent(() => import('../pages/numbers/route-check-page.tsx')),
});

const actions = createRoute({
  getParentRoute: () => frame,
  path: '/actions',
  validateSearch: only('period', 'from', 'to', 'search', 'actor', 'action'),
  component: lazyRouteComponent(() => import('../pages/actions/actions-page.tsx')),
});

const security = createRoute({
  getParentRoute: () => frame,
  path: '/my/security',
  component: lazyRouteComponent(() => import('../pages/account/security-page.tsx')),
});

const appearance = createRoute({
  getParentRoute: () => frame,
  path: '/my/appearance',
  component: lazyRouteComponent(() => import('../pages/account/appearance-page.tsx')),
});

const inFrame = [home, calls, myCalls, users, groups, numbers, routeCheck, actions, security, appearance];

export const router = createRouter({
  routeTree: root.addChildren([signIn, recovery, newPassword, frame.addChildren(inFrame)]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultErrorComponent: Failure,
  defaultNotFoundComponent: Missing,
  defaultPendingComponent: Waiting,
});

toSignIn(() => {
  const to = `${location.pathname}${location.search}`;
  void router.navigate({ to: '/sign-in', search: to === '/' ? {} : { to } });
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
