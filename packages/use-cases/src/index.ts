/** Use-cases: one file each = schema, rights, rule, audit, in one transaction. */
export * from './access/index.ts';
export { asRefusal } from './refusals.ts';
export { actorOf, type DomainSession, type Session, type Sessions } from './session.ts';
