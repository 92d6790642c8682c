import { describe, expect, it } from "vitest";
import { EXIT } from "../../../cli/exit.ts";
import { failureOf } from "../../../cli/failure.ts";
import { contentsOfFile } from "../../../cli/project/file-contents.ts";
import type { Contents } from "../../../sdk/project/contents.ts";
import { projectOf, projectText, updatedText } from "../../../cli/project/export.ts";
import { parseProject } from "../../../cli/project/file.ts";

const FILE = `# Ours.
environments:
  - { key: production, name: Production } # the real one
  - { key: staging, name: Staging }
segments:
  production:
    staff:
      name: Staff
      condition: { attribute: email, operator: ends_with, values: ["@shop.example.com"] } # theirs, too
flags:
  # Zebra first, because it matters most.
  - key: zebra
    type: boolean
    variants: { "on": true, "off": false }
    environments:
      production:
        enabled: true # since the launch
        rules:
          # Staff first.
          - { id: staff, when: { segment: staff }, serve: { variant: "on" } }
          - { id: nobody, serve: { variant: "off" } } # for now
        default: { rollout: { salt: zebra, weights: [["on", 1000], ["off", 99000]] } }
      staging: { enabled: false, default: { variant: "on" } }
  - key: ant
    type: string
    variants: { a: text, b: "on" }
    environments:
      production: { enabled: true, default: { variant: a } }
`;

/** Returns the file's environments as a deployment would. */
function deployed(text = FILE): { key: string; name: string; contents: Contents }[] {
  const project = parseProject(text, "flags.yaml");
  return project.environments.map(({ key, name }) => ({
    key,
    name,
    contents: contentsOfFile(project, key, "flags.yaml"),
  }));
}

/** Exports a changed first environment into FILE. */
function exported(edit: (contents: Contents) => void): string {
  const environments = deployed();
  edit(environments[0]!.contents);
  return updatedText(FILE, "flags.yaml", environments);
}

describe("an export into an existing file", () => {
  it("leaves an equivalent file unchanged, including omitted defaults", () => {
    expect(exported(() => undefined)).toBe(FILE);
  });

  it("keeps comments, order and quotes around changed parts", () => {
    const text = exported(({ flags, segments }) => {
      flags.get("zebra")!.rules.reverse();
      flags.get("zebra")!.enabled = false;
      segments.get("staff")!.description = "Who works here.";
    });
    const flow = '{ id: nobody, serve: { variant: "off" } } # for now';
    expect(text).toBe(
      FILE.replace("enabled: true # since", "enabled: false # since")
        .replace(/ +# Staff first\.\n.*staff, when.*\n.*for now\n/, () =>
          [
            `          - ${flow}`,
            "          # Staff first.",
            '          - { id: staff, when: { segment: staff }, serve: { variant: "on" } }',
            "",
          ].join("\n"),
        )
        .replace("# theirs, too\n", "# theirs, too\n      description: Who works here.\n"),
    );
  });

  it("removes deleted flags and segments, and adds new ones at the end", () => {
    const text = exported(({ flags, segments }) => {
      flags.set("bee", { ...flags.get("ant")!, key: "bee" });
      flags.delete("ant");
      flags.get("zebra")!.rules = [];
      segments.delete("staff");
    });
    const project = parseProject(text, "flags.yaml");
    expect(project.flags.map(({ key }) => key)).toEqual(["zebra", "bee"]);
    expect(project.segments["production"]).toEqual({});
    expect(project.flags[0]?.environments["staging"]).toEqual({ enabled: false, default: { variant: "on" } });
  });

  it("leaves other environments unchanged", () => {
    const [production] = deployed();
    production!.contents.flags.get("zebra")!.enabled = false;
    const text = updatedText(FILE, "flags.yaml", [production!]);
    expect(text).toContain('staging: { enabled: false, default: { variant: "on" } }');
    expect(parseProject(text, "x").environments).toHaveLength(2);
  });
});

describe("a new file", () => {
  it("has the same contents when parsed, also by tools that read on and off as booleans", () => {
    const text = projectText(projectOf(deployed()), "https://flags.example.com/console/project.schema.json");
    expect(text).toMatch(/^# yaml-language-server: \$schema=https:\/\/flags\.example\.com\//);
    expect(text).toContain('variants: { a: text, b: "on" }');
    const again = deployed(text);
    expect(again.map(({ contents }) => contents)).toEqual(deployed().map(({ contents }) => contents));
    expect(projectText(projectOf(again), "https://flags.example.com/console/project.schema.json")).toBe(text);
  });
});

describe("an invalid project file", () => {
  const refused = (text: string) => {
    try {
      for (const { key } of parseProject(text, "flags.yaml").environments)
        contentsOfFile(parseProject(text, "flags.yaml"), key, "flags.yaml");
    } catch (error) {
      expect(failureOf(error).exitCode).toBe(EXIT.usage);
      return (error as Error).message;
    }
    return "accepted";
  };
  const minimal = (flag: string) => `environments: [{ key: production }]\nflags: [${flag}]`;

  it.each([
    ["a: [", "flags.yaml is neither JSON nor YAML"],
    ["[]", "the file must be an object with environments, segments, flags"],
    ["flags: []", 'environments must be a list of objects with "key" and "name"'],
    ["environments: []\nflag: []", '"flag" is not a part of a project (accepted: environments, segments, flags)'],
    ["environments: [{ key: A }]\nflags: []", "/environments/0/key must be 1 to 40 characters from a-z"],
    ["environments: [{ key: a }, { key: a }]\nflags: []", "must not contain a key twice"],
    ["environments: []\nflags: {}", "flags must be a list"],
    ["environments: [{ key: a }]\nsegments: { b: {} }\nflags: []", "/segments/b is not listed in environments (a)"],
    [minimal("{ type: boolean }"), '/flags/0 must be an object with "key"'],
    [minimal("{ key: a }"), "/flags/0/environments must be an object of configurations"],
    [minimal("{ key: a, environments: { staging: {} } }"), "/flags/0/environments/staging is not listed"],
    [minimal("{ key: a, environments: {} }, { key: a, environments: {} }"), "/flags/1/key a is used twice"],
    [
      minimal("{ key: a, type: bool, environments: { production: { enabled: true } } }"),
      "flag a in production, /type must be one of boolean, string, integer, float, object",
    ],
    ["environments: [{ key: a }]\nsegments: { a: { s: {} } }\nflags: []", "segment s in a, /condition is required"],
  ])("%j is refused: %s", (text, message) => {
    expect(refused(text)).toContain(message);
  });

  it("limits the expansion of anchors", () => {
    const levels = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
    expect(refused(`a0: &a0 [x]\n${levels.join("\n")}`)).toContain("cannot be read");
  });
});
