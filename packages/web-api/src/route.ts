/** How an endpoint is declared. From these declarations come the server, the OpenAPI description and the rights matrix. */
import type { Readable } from 'node:stream';
import type { Language } from '@kommutator/model/messages';
import type { Refusal } from '@kommutator/model/refusals';
import type { Access, DomainRight } from '@kommutator/model/rights';
import type { Actor } from '@kommutator/store';
import type { DomainSession, Session } from '@kommutator/use-cases';
import type { z } from 'zod';
import type { RouteServices } from './services.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A body that is no JSON: a file, a text. Several types where the handler chooses one. */
interface RawBody {
  readonly raw: readonly [string, ...string[]];
}
/** What a status answers with: JSON of a schema, a raw body, or nothing (204). */
type ResponseSchema = z.ZodType | RawBody | null;

export interface Schemas {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly responses: Readonly<Record<number, ResponseSchema>>;
}

type Headers = Readonly<Record<string, string | readonly string[]>>;
type BodyOf<R> = R extends null
  ? { readonly body?: never }
  : R extends z.ZodType
    ? { readonly body: z.output<R> }
    : { readonly raw: Readable | Buffer | string; readonly type: string };

/** A refusal of the catalogue; several are the fields of one form. `details` are added to the problem. */
export interface Refused {
  readonly refused: Refusal | readonly Refusal[];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly headers?: Headers;
}

/** What a handler returns. */
export type Answer<S extends Schemas> =
  | {
      [Status in keyof S['responses']]: {
        readonly status: Status & number;
        readonly headers?: Headers;
      } & BodyOf<S['responses'][Status]>;
    }[keyof S['responses']]
  | Refused;

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type SessionOf<A extends Access> = A extends 'anyone'
  ? Session | null
  : A extends DomainRight
    ? DomainSession
    : Session;

export interface Request<S extends Schemas, A extends Access> {
  readonly params: Parsed<S['params']>;
  readonly query: Parsed<S['query']>;
  readonly body: Parsed<S['body']>;
  readonly session: SessionOf<A>;
  /** For every write. */
  readonly actor: A extends 'anyone' ? Actor | null : Actor;
  readonly services: RouteServices;
  /** Of the session, else of the browser. */
  readonly language: Language;
  readonly id: string;
  /** Address the request came from. */
  readonly ip: string;
  readonly agent: string;
  /** Over TLS. */
  readonly secure: boolean;
  /** `If-Match` as the version of a domain; null when absent. */
  readonly ifVersion: number | null;
}

export interface RouteSpec<S extends Schemas, A extends Access> {
  readonly method: Method;
  /** With `{name}` places, as OpenAPI writes them. */
  readonly url: string;
  /** Who may call it. Without one there is no route. */
  readonly right: A;
  /** One line for the description of the API. */
  readonly summary: string;
  readonly schema: S;
}

/** A declared endpoint, its types forgotten. */
export interface Route extends RouteSpec<Schemas, Access> {
  readonly handler: (request: Request<Schemas, Access>) => Promise<Answer<Schemas>> | Answer<Schemas>;
}

type Handler<S extends Schemas, A extends Access> = (
  request: Request<S, A>,
) => Promise<Answer<S>> | Answer<S>;

/** Declares an endpoint: `route({ … }).handle(async ({ query }) => ({ status: 200, body }))`. */
export const route = <const S extends Schemas, const A extends Access>(
  spec: RouteSpec<S, A>,
): { handle(handler: Handler<S, A>): Route } => ({
  handle: handler => ({ ...spec, handler }) as unknown as Route,
});
