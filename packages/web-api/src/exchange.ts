/** How an answer goes out. */
import type { TLSSocket } from 'node:tls';
import type { Language } from '@kommutator/model/messages';
import type { Refusal } from '@kommutator/model/refusals';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptedLanguage } from './language.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import type { Answer, Refused, Schemas } from './route.ts';

export const isSecure = (request: FastifyRequest): boolean =>
  (request.socket as TLSSocket).encrypted === true;

export const languageOf = (request: FastifyRequest, own: Language | undefined): Language =>
  own ?? acceptedLanguage(request.headers['accept-language']);

/** Sends what a handler returned. */
export function send(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer<Schemas>,
  language?: Language,
): FastifyReply {
  if ('refused' in answer) return sendRefused(request, reply, answer, language);
  for (const [name, value] of Object.entries(answer.headers ?? {})) reply.header(name, value);
  reply.code(Number(answer.status));
  if ('raw' in answer) return reply.type(answer.type).send(answer.raw);
  return answer.body === undefined ? reply.send() : reply.send(answer.body);
}

/** Sends one refusal outside a handler. */
export async function refuseRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  language?: Language,
): Promise<void> {
  await sendRefused(request, reply, { refused: refusal }, language);
}

export function sendRefused(
  request: FastifyRequest,
  reply: FastifyReply,
  { refused, details, headers }: Refused,
  language?: Language,
): FastifyReply {
  const context = { language: languageOf(request, language), requestId: request.id };
  const problem = problemOf(refused, context, details);
  for (const [name, value] of Object.entries(headers ?? {})) reply.header(name, value);
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}
