/** Use-cases: one file each = schema, rights, rule, audit, in one transaction. */
export * from './access/index.ts';

export { type ActionItem, listActions } from './actions/list-actions.ts';
export { type CallItem, itemOf, liveItemOf } from './calls/item.ts';
export { type CallsAsk, filterOf, listCalls } from './calls/list-calls.ts';
export { liveCalls } from './calls/live-calls.ts';
export { readCall } from './calls/read-call.ts';
export { type Cell, exportName, exportTable } from './jobs/export-rows.ts';
export { dropJob, type JobRunner, jobFile, listJobs, orderExport, readJob, shownJob } from './jobs/jobs.ts';
export {
  LIVE_TOPICS,
  LiveHub,
  type LiveMessage,
  type LiveTopic,
  mayHear,
  type Resume,
  type Viewer,
} from './live/hub.ts';
export { type LiveChange, LiveState } from './live/state.ts';
export { ConfigTeller, tellLive } from './live/tell-changes.ts';
export type { GoingCall, LiveView } from './live/view.ts';
export { listNumbers } from './numbers/list-numbers.ts';
export { numberScheme } from './numbers/number-scheme.ts';
export { asRefusal } from './refusals.ts';
export { checkRoute } from './route-check/check-route.ts';
export { search } from './search/search.ts';
export { actorOf, type DomainSession, type Session, type Sessions } from './session.ts';
export { Snapshots } from './snapshots.ts';
export { forwardingScheme } from './users/forwarding-scheme.ts';
export { listGroups } from './users/list-groups.ts';
export { listUsers, readUser } from './users/list-users.ts';
