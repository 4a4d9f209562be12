/** PostgreSQL: starter, roles, migrations, queries, change feed. */
export type { AccessStore } from './access/access.ts';
export type { DueLetter, LoggedLetter } from './access/letters.ts';
export { setCabinetPassword, setStaffPassword } from './access/passwords.ts';
export type { Account, Person as CabinetPerson } from './access/people.ts';
export { confirmTotp, removeTotp } from './access/second-factor.ts';
export { endSessions as endSessionsOf, type StoredSession } from './access/sessions.ts';
export type { ActionPage, ActionQuery, ActionRow } from './actions.ts';
export {
  type Action,
  type Actor,
  type FieldChange,
  fieldChanges,
  type ObjectType,
  secretChanged,
  systemActor,
} from './actor.ts';
export type { CallPage, CallSummary, PageQuery } from './calls/history.ts';
export type { Checkpoint } from './calls/save.ts';
export { searchText, searchWords } from './calls/search-text.ts';
export type { CallFilter, PageKey } from './calls/walk.ts';
export type { ConfigChange, ConfigWatch } from './change-feed.ts';
export { refuseConflicts } from './configuration/conflicts.ts';
export { digestHa1, type PasswordOptions, setSipPassword } from './configuration/credentials.ts';
export { createDomain, type DomainSettings, type NewDomain, updateDomain } from './configuration/domains.ts';
export { addServiceExtension, type ExtensionOwner, setExtension } from './configuration/extensions.ts';
export {
  addForwardingRule,
  type NewForwardingRule,
  removeForwardingRule,
  updateForwardingRule,
} from './configuration/forwarding.ts';
export {
  createGroup,
  createPickupGroup,
  type GroupSettings,
  setGroupMembers,
  setPickupMembers,
  updateGroup,
} from './configuration/groups.ts';
export {
  addRoutingRule,
  connectNumber,
  createScenario,
  moveRoutingRule,
  type NewRoutingRule,
  removeRoutingRule,
  updateRoutingRule,
} from './configuration/numbers.ts';
export {
  createPool,
  createPoolAdmin,
  createProviderUser,
  createTrunk,
  joinPool,
  type Person,
  type TrunkSettings,
  updateTrunk,
} from './configuration/provider.ts';
export { createUser, type NewUser, type UserSettings, updateUser } from './configuration/users.ts';
export { TenancyFailure } from './database/bound.ts';
export { type FieldConflict, type StoreRefusal, StoreUnavailable } from './database/errors.ts';
export { type Migration, MigrationFailure, migrate, ownMigrations } from './database/migrate.ts';
export type { RoleSecrets } from './database/roles.ts';
export { DEMO_PASSWORD, type DemoOptions, seedDemo } from './demo/seed-demo.ts';
export { EmbeddedFailure } from './embedded/failure.ts';
export { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './embedded/start-embedded.ts';
export { addJob, type ExportAsk, type JobRow } from './jobs.ts';
export { type StoreLog, silentLog } from './log.ts';
export type { RegistrationKey } from './registrations.ts';
export { openStore, type Store, type StoreOptions } from './store.ts';
export type { Changed, ChangeOptions, DomainTx, SystemTx } from './transaction.ts';
