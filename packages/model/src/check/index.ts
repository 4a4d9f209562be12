/** «Проверить маршрут»: what would happen to an imagined call, and why. */
export { type CheckLine, describe } from './describe.ts';
export { type CheckQuestion, explain } from './explain.ts';
export type { CheckStep } from './steps.ts';
export { CHECK_TEXTS, type CheckKey, type Mark } from './texts.ts';
