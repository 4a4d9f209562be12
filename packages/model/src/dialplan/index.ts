/** What a user's dialled string means, and the number he is shown with. */
export { outgoingNumber } from './outgoing-number.ts';
export {
  type Announcement,
  type DialDecision,
  type DialStep,
  dialPlan,
  type NumberDirectory,
} from './plan.ts';
