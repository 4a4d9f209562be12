/** What the cabinet's API says, one name per thing shown; every field comes from schema.d.ts, the API's description. */
import type { components, paths } from './schema.d.ts';

/** What arrives is read, never changed. */
type Seen<T> = T extends object ? { readonly [Key in keyof T]: Seen<T[Key]> } : T;

interface Json<Body> {
  readonly content: { readonly 'application/json': Body };
}

/** The body of a successful answer; a path or a method the API does not have is a type error. */
type Answer<Endpoint> = Endpoint extends { readonly responses: { readonly 200: Json<infer Body> } }
  ? Seen<Body>
  : never;
type Got<Path extends keyof paths> = Answer<paths[Path]['get']>;
type Posted<Path extends keyof paths> = Answer<paths[Path]['post']>;

type Item<List extends { readonly items: readonly unknown[] }> = List['items'][number];

export interface Page<Row> {
  readonly items: readonly Row[];
  readonly next: string | null;
  readonly total: number | null;
}

/** Who is signed in, where, and what he may do. */
export type Me = Seen<components['schemas']['Me']>;
export type Language = Me['user']['language'];
export type SecondStep = Seen<components['schemas']['SecondStep']>;
export type Session = Item<Got<'/api/sessions'>>;

export type User = Item<Got<'/api/users'>>;
export type Presence = User['presence'];
export type Group = Item<Got<'/api/groups'>>;

export type Numbers = Got<'/api/numbers'>;
export type NumberLine = Item<Numbers>;
export type NumberRule = NumberLine['rules'][number];

export type Call = Item<Got<'/api/calls'>>;
export type Party = Call['from'];
export type CallDetails = Got<'/api/calls/{id}'>;
export type JourneyStep = CallDetails['journey'][number];

export type Job = Item<Got<'/api/jobs'>>;
export type Action = Item<Got<'/api/actions'>>;

export type RouteCheck = Posted<'/api/route-check'>;
export type CheckNode = RouteCheck['path'][number];

export type Found = Item<Got<'/api/search'>>;
