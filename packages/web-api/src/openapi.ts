/** The description of the API, made of the same declarations as the server. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { SESSION_COOKIE } from './cookies.ts';
import { Problem } from './problem.ts';

z.globalRegistry.add(Problem, { id: 'Problem' });

export async function describeApi(server: FastifyInstance): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Коммутатор',
        version: '1',
        description:
          'The API of the cabinet. Changes need the header `x-csrf-token` with the value of `GET /api/session`.',
      },
      components: {
        securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE } },
      },
      security: [{ session: [] }],
    },
    hideUntagged: true,
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await server.register(swaggerUi, {
    routePrefix: '/api/docs',
    // Nobody outside is told of this API, and the page has the policy of all others.
    uiConfig: { validatorUrl: null },
  });
}
