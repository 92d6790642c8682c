import { parseSettings } from "../../src/env.ts";
import { compileFlag } from "../../src/evaluation/compile.ts";
import { prepareToCompileText } from "../../src/evaluation/prepare.ts";
import type { EvaluationInput } from "../../src/evaluation/types.ts";
import { parseCachedDocument } from "../../src/flags/cached-document.ts";
import type { Services } from "../../src/http/services.ts";
import { createServices } from "../../src/services.ts";

const INPUT: EvaluationInput = {
  context: { targetingKey: "user-1", plan: "free", email: "person@mail.example.com" },
  request: { country: "DE" },
  now: Date.UTC(2026, 10, 21),
  random: () => 0.5,
};

/** Creates services whose settings reach no backend. The isolate has room for any environment. */
export function servicesWithRoom(): Services {
  return createServices(
    parseSettings({
      DATABASE_URL: "postgres://nobody:nothing@localhost/none",
      KEY_SECRET: "x".repeat(32),
      CACHE_L1_MAX_BYTES: String(100 * 1024 * 1024),
      CACHE_L1_MAX_ENTRIES: "100000",
    }),
  );
}

/** Parses documents, as from Redis, and stores them compiled in L1. */
export async function holdFlags({ tiers }: Services, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await prepareToCompileText(text);
    const document = parseCachedDocument(JSON.parse(text));
    if (document === undefined) throw new Error("the example does not parse");
    const flag = compileFlag(document, text);
    // The first evaluation creates parts of the flag, which must be measured as well.
    flag.evaluate(INPUT);
    tiers.l1.set("production", document.key, flag, { asOf: 1 });
  }
}
