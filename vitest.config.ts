import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

// Each process of the integration tests holds an embedded Postgres: about 700 MB.
const maxWorkers = Math.min(4, Math.max(2, availableParallelism()));

/**
 * The files of a project run in a few processes that keep their imports and databases. The time limit only ends a test
 * that hangs, because the time that a test takes depends on the machine's other work.
 */
const shared = { isolate: false, maxWorkers, testTimeout: 180_000, expect: { poll: { timeout: 60_000 } } };

/** Deep tests that use no service. `npm run test:services` leaves them out. */
const withoutServices = [
  "test/deep/{hashing,import}/**",
  "test/deep/purge/schedules/**",
  "test/deep/usage/schedules.test.ts",
  "test/deep/sdk/**",
  "test/deep/simulate/planet.test.ts",
];
const hasServices = process.env["TEST_DATABASE_URL"] !== undefined;

const inWorkerd = () =>
  cloudflareTest({
    main: "test/worker/support/flights-worker.ts",
    miniflare: { compatibilityDate: "2026-11-01" },
  });

export default defineConfig({
  test: {
    projects: [
      {
        // Pure code on plain Node: no I/O, no backends.
        test: { ...shared, name: "unit", include: ["test/unit/**/*.test.ts"] },
      },
      {
        // Real clients, real SQL and Lua, the built worker: over embedded backends, or real ones in test:services.
        test: {
          ...shared,
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          hookTimeout: 120_000,
        },
      },
      {
        // Long, large or in real time: `npm run test:deep`. Many files wait more than they work, so two run at a time.
        test: {
          ...shared,
          name: "deep",
          include: ["test/deep/**/*.test.ts"],
          exclude: ["test/deep/worker/**", ...(hasServices ? withoutServices : [])],
          testTimeout: 1_200_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Tests that must also hold inside workerd.
        plugins: [inWorkerd()],
        test: { name: "worker", include: ["test/worker/**/*.test.ts"], maxWorkers },
      },
      {
        // The same in real time: a part of `npm run test:deep`.
        plugins: [inWorkerd()],
        test: { name: "deep-worker", include: ["test/deep/worker/**/*.test.ts"], testTimeout: 60_000 },
      },
      {
        // Real browsers' clients in Chromium: `npm run test:browser`, not part of `npm test`.
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          expect: { poll: { timeout: 15_000 } },
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Pages wait more than they work.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
