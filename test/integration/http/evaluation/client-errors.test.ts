import { afterAll, beforeAll, describe, test } from "vitest";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";

const SECRETS = ["internalFraudScoreBand", "fraud", "score", "secretRule", "secretPlan", "secretSegment", "secretFlag"];

const rollout = (by: (string | string[])[]) => ({
  rollout: {
    by,
    salt: "s",
    hash: "murmur3-mulshift" as const,
    weights: [["on", 100_000]] as [string, number][],
    onMissingKey: "error" as const,
  },
});

describe("errors of flags", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "by-one", default: rollout(["internalFraudScoreBand"]) });
    await project.save({ key: "by-path", default: rollout([["fraud", "score"], "internalFraudScoreBand"]) });
    await project.save({ key: "by-rule", rules: [{ id: "secretRule", serve: rollout(["internalFraudScoreBand"]) }] });
    const serve = { error: "INVALID_CONTEXT" } as const;
    await project.save({ key: "served-error", rules: [{ id: "secretRule", serve }] });
    await project.save({ key: "secretFlag", clientVisible: false });
    await project.save({
      key: "broken",
      rules: [
        {
          id: "secretRule",
          when: { attribute: "secretPlan", operator: "in", values: ["x"] },
          serve: { variant: "on" },
        },
      ],
      prerequisites: [{ flag: "secretFlag", variants: ["on"] }],
    });
    const rules = [
      {
        id: "secretRule",
        when: { attribute: "secretPlan", operator: "matches", values: ["("] },
        serve: { variant: "on" },
      },
    ];
    await project.backends.neon.query("update flag_configurations set rules = $1 where flag_key = 'broken'", [
      JSON.stringify(rules),
    ]);
    isolate = startIsolate(project.bindings, clock);
  });
  afterAll(() => project.close());

  async function ask(method: string, path: string, key: string): Promise<string> {
    const response = await isolate.fetch(path, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(method === "POST" ? { body: '{"context":{"plan":"pro"}}' } : {}),
    });
    return `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`;
  }

  const ROUTES = [
    ["POST", "/ofrep/v1/evaluate/flags"],
    ["GET", "/flags"],
    ...["by-one", "by-path", "by-rule", "served-error", "broken", "secretFlag-2"].flatMap((key) => [
      ["POST", `/ofrep/v1/evaluate/flags/${key}`] as const,
      ["GET", `/flags/${key}`] as const,
    ]),
  ] as const;

  test.for(ROUTES)("tell a client key nothing about the rules: %s %s", async ([method, path], { expect }) => {
    const text = (await ask(method, path, project.clientKey)).replaceAll("secretFlag-2", "");
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    if (path.includes("by-")) expect(text).toContain('"errorDetails":"a targeting key is required"');
  });

  test("name the attributes to a server key", async ({ expect }) => {
    expect(await ask("POST", "/ofrep/v1/evaluate/flags/by-one", project.serverKey)).toContain(
      '"errorDetails":"internalFraudScoreBand is required"',
    );
    expect(await ask("GET", "/flags", project.serverKey)).toContain(
      "fraud → score or internalFraudScoreBand is required",
    );
  });

  test("name the rule that serves an error to a server key", async ({ expect }) => {
    const text = await ask("POST", "/ofrep/v1/evaluate/flags/served-error", project.serverKey);
    expect(text).toMatch(/^400 .*"errorCode":"INVALID_CONTEXT"/);
    expect(text).toContain(String.raw`"errorDetails":"rule \"secretRule\" of the flag serves this error"`);
  });

  test("a client key cannot ask for an explanation", async ({ expect }) => {
    const text = await ask("POST", "/api/v1/environments/production/flags/by-one/explain", project.clientKey);
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    expect(text).toContain('"status":403');
  });
});
