import { defineConfig } from 'vitest/config';

/**
 * Projects by what they need: `unit` pure code and virtual calls, `database` PostgreSQL, `e2e` the whole product over
 * real sockets. Time-outs only end what hangs: a machine ten times slower than ours must not fail.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts'],
          exclude: ['**/*.db.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'database',
          globalSetup: ['packages/store/src/testing/global-setup.ts'],
          include: ['packages/*/test/**/*.db.test.ts', 'apps/*/test/**/*.db.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/test/**/*.test.ts'],
          // Each file starts an exchange of its own; two at once would measure each other.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
