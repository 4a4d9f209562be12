/** How an answer goes out. */
import type { Language } from '@kommutator/model/messages';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptedLanguage } from './language.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import type { Answer, Refused, Schemas } from './route.ts';

/** Over TLS, as far as the browser is concerned. */
export const isSecure = (request: FastifyRequest): boolean => request.protocol === 'https';

const languages = new WeakMap<FastifyRequest, Language>();

/** From now on this request is answered in the language of its session. */
export const speak = (request: FastifyRequest, language: Language): void =>
  void languages.set(request, language);

/** Of the session, else of the browser. */
export const languageOf = (request: FastifyRequest): Language =>
  languages.get(request) ?? acceptedLanguage(request.headers['accept-language']);

/** Sends what a handler returned. */
export function send(request: FastifyRequest, reply: FastifyReply, answer: Answer<Schemas>): FastifyReply {
  if ('refused' in answer) return sendRefused(request, reply, answer);
  for (const [name, value] of Object.entries(answer.headers ?? {})) reply.header(name, value);
  reply.code(Number(answer.status));
  if ('raw' in answer) return reply.type(answer.type).send(answer.raw);
  return answer.body === undefined ? reply.send() : reply.send(answer.body);
}

/** Sends a refusal, of a handler or before it. */
export function sendRefused(
  request: FastifyRequest,
  reply: FastifyReply,
  { refused, details, headers }: Refused,
): FastifyReply {
  const context = { language: languageOf(request), requestId: request.id };
  const problem = problemOf(refused, context, details);
  for (const [name, value] of Object.entries(headers ?? {})) reply.header(name, value);
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}
