import { expect } from "vitest";
import type { ConsoleWorld } from "./console-world.ts";

interface Count {
  flag: string;
  variant: string;
  rule?: string;
  used?: number;
  requested?: number;
}

/** Reports evaluations of this hour, as a server does that evaluates in its own process. */
export async function reportUsage(world: ConsoleWorld, environment: string, counts: readonly Count[]): Promise<void> {
  const at = new Date().toISOString();
  const { origin } = await world.colo.miniflare.ready;
  const response = await fetch(`${origin}/api/v1/environments/${environment}/usage`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${world.keys.environments[environment]?.serverKey}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ batch: crypto.randomUUID(), counts: counts.map((count) => ({ ...count, at })) }),
  });
  expect(response.status).toBe(200);
}
