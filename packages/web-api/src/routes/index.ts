import type { Route } from '../route.ts';
import { accessRoutes } from './access/index.ts';
import { systemRoutes } from './system/index.ts';

/** Every endpoint of the product. */
export const ROUTES: readonly Route[] = [...accessRoutes, ...systemRoutes];
