/** Routing rules of a public number (RTE-4, 8, 10–12, 15). */
export { reorderRules } from './order.ts';
export { type RouteDecision, type RouteQuestion, type RuleReason, type RuleVerdict, route } from './route.ts';
export { unreachableRules } from './unreachable.ts';
export { type ConditionsInput, MAX_RULES, nextPriority, validateConditions } from './validate.ts';
