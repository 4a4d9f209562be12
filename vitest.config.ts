import { defineConfig } from 'vitest/config';

/** Projects by what they need: `unit` pure code and virtual calls, `database` PostgreSQL, `e2e` the whole product over real sockets. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts'],
          exclude: ['**/*.db.test.ts'],
        },
      },
      {
        test: {
          name: 'database',
          globalSetup: ['packages/store/src/testing/global-setup.ts'],
          include: ['packages/*/test/**/*.db.test.ts', 'apps/*/test/**/*.db.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'e2e', include: ['e2e/test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 90_000 } },
    ],
  },
});
