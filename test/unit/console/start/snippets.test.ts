import { describe, expect, it } from "vitest";
import { snippetsOf } from "../../../../console/src/pages/first-steps/snippets.ts";

const ORIGIN = "https://flags.example.com";

describe("the code of the first evaluation", () => {
  it("has the address, the flag and the key in it", () => {
    const flag = { key: "team/it's", type: "boolean" } as const;
    const [curl, node] = snippetsOf({ origin: ORIGIN, flag, kind: "server", secret: "bgs_live_x" });
    expect(curl?.text).toContain("'https://flags.example.com/ofrep/v1/evaluate/flags/team%2Fit%27s'");
    expect(curl?.text).toContain("Authorization: Bearer bgs_live_x");
    expect(node).toMatchObject({ title: "Node" });
    expect(node?.text).toContain('getBooleanValue("team/it\'s", false, { targetingKey: "user-1" })');
    expect(node?.text).toContain('[["Authorization", "Bearer bgs_live_x"]]');
  });

  it("is for browsers if the key is, and says where a forgotten secret goes", () => {
    const flag = { key: "colour", type: "string" } as const;
    const [curl, web] = snippetsOf({ origin: ORIGIN, flag, kind: "client", secret: undefined });
    expect(curl?.text).toContain("Bearer YOUR_CLIENT_KEY");
    expect(web).toMatchObject({ title: "Browser" });
    expect(web?.text).toContain('getStringValue("colour", "")');
  });
});
