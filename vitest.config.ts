import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        // Pure code on plain Node: no I/O, no backends.
        test: { name: "unit", include: ["test/unit/**/*.test.ts"] },
      },
      {
        // Real clients, real SQL and Lua, the built worker: over embedded backends, or real ones in test:services.
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // What must also hold inside workerd.
        plugins: [
          cloudflareTest({
            main: "test/worker/support/flights-worker.ts",
            miniflare: { compatibilityDate: "2026-11-01" },
          }),
        ],
        test: { name: "worker", include: ["test/worker/**/*.test.ts"] },
      },
      {
        // Real browsers' clients in Chromium: `npm run test:browser`, not part of `npm test`.
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          expect: { poll: { timeout: 15_000 } },
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
