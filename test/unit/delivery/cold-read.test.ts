import { test } from "vitest";
import { parseSettings } from "../../../src/env.ts";
import { createServices } from "../../../src/services.ts";

/** Returns the classes' methods of delivery/ and resilience/ in a stack, innermost first. Closures do not count. */
function methodsIn(stack: string): string[] {
  const frames = stack.split("\n").filter((line) => /\/src\/(delivery|resilience)\//.test(line));
  return frames.flatMap((line) => /at (?!Object\.)([A-Z]\w+\.#?\w+) \(/.exec(line)?.[1] ?? []);
}

/** A reader of the code has to follow these before a read reaches Redis. They were nine once. */
test("a cold read without data-centre entries reaches Redis through five methods", ({ expect }) => {
  const services = createServices(
    parseSettings({
      UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1",
      UPSTASH_REDIS_REST_TOKEN: "token",
      DATABASE_URL: "postgres://user:password@127.0.0.1:1/database",
      KEY_SECRET: "a".repeat(64),
      CACHE_ENTRY_SECONDS: "0",
    }),
  );
  const { l2 } = services.tiers;
  if (l2 === undefined) throw new Error("the services have no Redis tier");
  const methods: string[] = [];
  l2.read = () => {
    methods.push(...methodsIn(new Error("a command goes out").stack ?? ""));
    // The read never ends: only the way to it counts.
    return new Promise(() => undefined);
  };
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  void services.source.flag({ environment: "production", scope: { waitUntil: () => undefined } }, "checkout");
  Error.stackTraceLimit = limit;
  expect(methods).toEqual(["Breaker.run", "Loader.#read", "SingleFlight.join", "Loader.load", "FlagSource.flag"]);
});
