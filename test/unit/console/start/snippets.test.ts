import { describe, expect, it } from "vitest";
import {
  goLiteral,
  pythonLiteral,
  quotedInKotlin,
  quotedInShell,
} from "../../../../console/src/ui/sdk-code/literals.ts";
import { SDKS, sdksFor } from "../../../../console/src/ui/sdk-code/snippets.ts";

const SUBJECT = { url: "https://flags.example.com", environment: "staging", flag: "checkout" };
const textOf = (id: string, subject: Parameters<(typeof SDKS)[number]["blocks"]>[0]): string =>
  (SDKS.find((sdk) => sdk.id === id)?.blocks(subject) ?? []).map(({ text }) => text).join("\n");

it("has the flag, and the deployment and a key where the SDK needs them, in every snippet", () => {
  for (const { id, key } of SDKS) {
    const text = textOf(id, { ...SUBJECT, type: "boolean", fallback: false });
    expect(text, id).toContain("checkout");
    if (key !== "none") expect(text, id).toContain("https://flags.example.com");
    if (key === "client") expect(text, id).toContain("bgc_staging_…");
    if ((key === "server" || key === "any") && id !== "provider") expect(text, id).toContain("bgs_staging_…");
  }
});

it.each(["client", "server"] as const)("has the secret of a new %s key in the code of its SDKs", (kind) => {
  const secret = `${kind}-secret`;
  for (const { id, key } of sdksFor(kind)) {
    const text = textOf(id, { ...SUBJECT, type: "boolean", fallback: false, key: { kind, secret } });
    if (key !== "none") expect(text, id).toContain(secret);
    expect(text, id).not.toContain("_staging_…");
  }
});

it("offers the SDKs that take a kind of key, and curl for each", () => {
  expect(sdksFor("client").map(({ id }) => id)).toEqual(["web", "react", "swift", "kotlin", "curl"]);
  const forServers = sdksFor("server").map(({ id }) => id);
  expect(forServers).toEqual(["node", "provider", "binding", "go", "java", "python", "dotnet", "curl"]);
  const key = { kind: "client", secret: undefined } as const;
  expect(textOf("curl", { ...SUBJECT, type: "boolean", fallback: false, key })).toContain("Bearer bgc_staging_…");
});

describe("the accessor of each type", () => {
  it.each([
    ["boolean", true, ["getBooleanValue", "BooleanValue", "get_boolean_value", "GetBooleanValueAsync"]],
    ["string", "a", ["getStringValue", "StringValue", "get_string_value", "GetStringValueAsync"]],
    ["integer", 3, ["getNumberValue", "IntValue", "get_integer_value", "GetIntegerValueAsync"]],
    ["float", 3, ["getNumberValue", "FloatValue", "get_float_value", "GetDoubleValueAsync"]],
    ["object", {}, ["getObjectValue", "ObjectValue", "get_object_value", "GetObjectValueAsync"]],
    ["json", {}, ["getObjectValue", "ObjectValue", "get_object_value", "GetObjectValueAsync"]],
  ] as const)("%s", (type, fallback, accessors) => {
    const texts = ["node", "go", "python", "dotnet"].map((id) => textOf(id, { ...SUBJECT, type, fallback }));
    for (const [i, text] of texts.entries()) expect(text).toContain(accessors[i]);
  });
});

it("writes a whole number of a float flag with a decimal point in languages with types", () => {
  for (const id of ["go", "java", "python", "dotnet", "swift", "kotlin"]) {
    expect(textOf(id, { ...SUBJECT, type: "float", fallback: 3 }), id).toContain("3.0");
    expect(textOf(id, { ...SUBJECT, type: "integer", fallback: 3 }), id).not.toContain("3.0,");
  }
});

it("writes JSON values as literals of Python and Go", () => {
  const value = { a: [true, null, 1.5], 'b"': "c" };
  expect(pythonLiteral(value)).toBe('{"a": [True, None, 1.5], "b\\"": "c"}');
  expect(goLiteral(value)).toBe('map[string]any{"a": []any{true, nil, 1.5}, "b\\"": "c"}');
});

it("quotes keys that a language or a shell would read in another way", () => {
  expect(quotedInKotlin("a$b")).toBe('"a\\$b"');
  expect(quotedInShell("it's")).toBe(String.raw`'it'\''s'`);
  expect(textOf("curl", { ...SUBJECT, flag: "a'b c", type: "boolean", fallback: false })).toContain(
    String.raw`/a'\''b%20c'`,
  );
});
