import type { Route } from '../route.ts';
import { accessRoutes } from './access/index.ts';
import { actionRoutes } from './actions/index.ts';
import { callRoutes } from './calls/index.ts';
import { jobRoutes } from './jobs/index.ts';
import { numberRoutes } from './numbers/index.ts';
import { routeCheckRoutes } from './route-check/index.ts';
import { searchRoutes } from './search/index.ts';
import { systemRoutes } from './system/index.ts';
import { userRoutes } from './users/index.ts';

/** Every endpoint of the product. */
export const ROUTES: readonly Route[] = [
  ...accessRoutes,
  ...systemRoutes,
  ...callRoutes,
  ...userRoutes,
  ...numberRoutes,
  ...actionRoutes,
  ...routeCheckRoutes,
  ...searchRoutes,
  ...jobRoutes,
];
