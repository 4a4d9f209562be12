import type { Route } from '../route.ts';
import { systemRoutes } from './system/index.ts';

/** Every endpoint of the product. */
export const ROUTES: readonly Route[] = [...systemRoutes];
