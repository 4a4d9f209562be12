/** The built cabinet: hashed files for ever, its page never kept, with a nonce for the styles made at run time. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { secureBytes } from '@kommutator/base';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { policyWithNonce } from './security-policy.ts';

/** Stands in the built page wherever the nonce belongs (Vite's `html.cspNonce`). */
const PLACEHOLDER = '__CSP_NONCE__';
const NONCE_BYTES = 16;

/** Names of files in `assets/` carry a hash of what is in them. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** @param folder the build's output; it may be made anew while we run. */
export async function serveCabinet(server: FastifyInstance, folder: string): Promise<void> {
  for (const url of ['/', '/index.html'])
    server.get(url, { schema: { hide: true } }, (_request, reply) => cabinetPage(reply, folder));
  await server.register(fastifyStatic, {
    root: folder,
    index: false,
    dotfiles: 'ignore',
    cacheControl: false,
    preCompressed: true,
    setHeaders: (reply, path) => {
      reply.header('cache-control', path.startsWith(join(folder, 'assets')) ? IMMUTABLE : 'no-cache');
    },
  });
}

/** The page of the single-page application, whatever its address. */
export async function cabinetPage(reply: FastifyReply, folder: string): Promise<FastifyReply> {
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  const nonce = secureBytes(NONCE_BYTES).toString('base64');
  return reply
    .header('content-security-policy', policyWithNonce(nonce))
    .header('cache-control', 'no-cache')
    .type('text/html; charset=utf-8')
    .send(page.replaceAll(PLACEHOLDER, nonce));
}
