import { describe, test } from "vitest";
import type { Accessor, BulkDecoder, SingleDecoder, Wire } from "../../support/decoders/client.ts";
import { dotnet } from "../../support/decoders/dotnet.ts";
import { go } from "../../support/decoders/go.ts";
import { java } from "../../support/decoders/java.ts";
import { kotlin } from "../../support/decoders/kotlin.ts";
import { python } from "../../support/decoders/python.ts";
import { ruby } from "../../support/decoders/ruby.ts";
import { rust } from "../../support/decoders/rust.ts";
import { swift } from "../../support/decoders/swift.ts";

const wire = (status: number, text: string, headers: Record<string, string> = {}): Wire => ({
  status,
  text,
  headers: new Headers({ "content-type": "application/json", ...headers }),
});

const GOOD = { key: "a", value: true, reason: "STATIC", variant: "on", metadata: { n: 1, s: "x", b: false } };
const one = (changes: object) => wire(200, JSON.stringify({ ...GOOD, ...changes }));
const all = (changes: object, top: object = {}) =>
  wire(200, JSON.stringify({ flags: [GOOD, { ...GOOD, key: "b", ...changes }], ...top }));

const number = (source: string) =>
  wire(200, `{"key":"a","value":${source},"reason":"STATIC","variant":"v","metadata":{}}`);

describe("decoders of clients that request one flag", () => {
  const clients = [go, java, python, dotnet, rust, ruby];

  test.for(clients)("$name reads a complete response for one flag", (client, { expect }) => {
    expect(client.evaluate(one({}), "boolean")).toEqual({ value: true });
    expect(client.evaluate(number("1"), "integer")).toEqual({ value: 1 });
    expect(client.evaluate(number("1.0"), "float")).toEqual({ value: 1 });
    expect(client.evaluate(one({ value: { a: [1] } }), "object")).toEqual({ value: { a: [1] } });
    expect(client.evaluate(one({ value: "x" }), "boolean")).toEqual({ errorCode: "TYPE_MISMATCH" });
  });

  test.for<[SingleDecoder, string, Wire]>([
    [java, "no metadata", one({ metadata: undefined })],
    [java, "null in metadata", one({ metadata: { a: null } })],
    [java, "an empty body of a 401", wire(401, "")],
    [java, "a 500 without metadata", wire(500, '{"errorDetails":"x"}')],
    [java, "a 429 with a date", wire(429, '{"metadata":{}}', { "retry-after": "2026-11-21T12:00:00Z" })],
    [python, "no variant", one({ variant: undefined })],
    [python, "no reason", one({ reason: undefined })],
    [python, "an unknown reason", one({ reason: "TARGETED" })],
    [python, "a 400 without details", wire(400, '{"errorCode":"GENERAL"}')],
    [python, "a 400 without a code", wire(400, '{"errorDetails":"x"}')],
    [python, "a 429 with a date", wire(429, "{}", { "retry-after": "2026-11-21T12:00:00Z" })],
    [go, "metadata that is null", one({ metadata: null })],
    [go, "a 404 without a code", wire(404, "{}")],
    [dotnet, "a 429 without Retry-After", wire(429, "{}")],
    [dotnet, "metadata that is a list", one({ metadata: [] })],
    [rust, "a body that is not JSON", wire(200, "<html>")],
    [ruby, "a body that is not JSON", wire(200, "")],
  ])("%o refuses %s", ([client, , response], { expect }) => {
    expect(() => client.evaluate(response, "boolean")).toThrow(expect.objectContaining({ name: "Refusal" }) as Error);
  });

  test.for<[SingleDecoder, string, Wire, Accessor, string | undefined]>([
    [java, "a float written as a whole number", number("10"), "float", "TYPE_MISMATCH"],
    [java, "an integer with a decimal point", number("10.0"), "integer", "TYPE_MISMATCH"],
    [java, "an integer past 32 bits", number("4294967296"), "integer", "TYPE_MISMATCH"],
    [java, "no value", one({ value: undefined }), "boolean", "FLAG_NOT_FOUND"],
    [python, "a float written as a whole number", number("10"), "float", "TYPE_MISMATCH"],
    [python, "an integer with a decimal point", number("10.0"), "integer", "TYPE_MISMATCH"],
    [python, "a null for a value", one({ value: null }), "boolean", "TYPE_MISMATCH"],
    [python, "no value", one({ value: undefined }), "boolean", undefined],
    [go, "no value, enabled", one({ value: undefined }), "boolean", "TYPE_MISMATCH"],
    [go, "a value of a disabled flag", one({ reason: "DISABLED" }), "boolean", undefined],
    [dotnet, "an integer with a decimal point", number("10.0"), "integer", "TYPE_MISMATCH"],
    [dotnet, "a 401", wire(401, "{}"), "boolean", "PROVIDER_NOT_READY"],
    [rust, "no value", one({ value: undefined }), "boolean", "PARSE_ERROR"],
    [rust, "an integer with a decimal point", number("10.0"), "integer", "TYPE_MISMATCH"],
    [ruby, "no variant", one({ variant: undefined }), "boolean", "PARSE_ERROR"],
    [ruby, "a 400 with errorCode", wire(400, '{"errorCode":"INVALID_CONTEXT"}'), "boolean", "GENERAL"],
  ])("%o uses the caller's default: %s", ([client, , response, accessor, errorCode], { expect }) => {
    expect(client.evaluate(response, accessor)).toEqual(errorCode === undefined ? {} : { errorCode });
  });
});

describe("decoders of clients that request all flags", () => {
  test.for([swift, kotlin])("$name reads a complete response for all flags", (client, { expect }) => {
    const flags = client.decode(all({}));
    expect(client.read(flags?.get("b"), "boolean")).toEqual({ value: true });
    expect(client.read(undefined, "boolean")).toEqual({ errorCode: "FLAG_NOT_FOUND" });
    expect(client.decode(wire(304, ""))).toBeUndefined();
  });

  test.for<[BulkDecoder, string, Wire]>([
    [swift, "null in one flag's metadata", all({ metadata: { a: null } })],
    [swift, "an object in one flag's metadata", all({ metadata: { a: {} } })],
    [swift, "a list in one flag's metadata", all({ metadata: { a: [] } })],
    [swift, "a 429", wire(429, "{}")],
    [kotlin, "metadata beside flags", all({}, { metadata: {} })],
    [kotlin, "eventStreams beside flags", all({}, { eventStreams: [] })],
    [kotlin, "a member more in a flag", all({ cacheable: true })],
    [kotlin, "metadata that is null", all({ metadata: null })],
    [kotlin, "a fraction in metadata", all({ metadata: { a: 1.5 } })],
    [kotlin, "a number past 32 bits in metadata", all({ metadata: { a: 4_294_967_296 } })],
    [kotlin, "null in metadata", all({ metadata: { a: null } })],
    [kotlin, "an unknown error code", all({ errorCode: "TEAPOT" })],
    [kotlin, "a key in a 400", wire(400, '{"key":"a","errorCode":"GENERAL"}')],
    [kotlin, "a 404", wire(404, '{"errorCode":"FLAG_NOT_FOUND"}')],
    [kotlin, "another content type", wire(200, '{"flags":[]}', { "content-type": "text/plain" })],
  ])("%o refuses all of a response with %s", ([client, , response], { expect }) => {
    expect(() => client.decode(response)).toThrow(expect.objectContaining({ name: "Refusal" }) as Error);
  });

  test("Swift ignores unknown members", ({ expect }) => {
    expect(swift.decode(all({ cacheable: true }, { metadata: {}, eventStreams: [] }))?.size).toBe(2);
  });

  test("Swift reads no float from a whole number, and no value if there is none", ({ expect }) => {
    const flags = swift.decode(wire(200, '{"flags":[{"key":"w","value":10.0,"variant":""},{"key":"n","variant":""}]}'));
    expect(swift.read(flags?.get("w"), "float")).toEqual({ errorCode: "TYPE_MISMATCH" });
    expect(swift.read(flags?.get("n"), "float")).toEqual({ errorCode: "TYPE_MISMATCH" });
  });
});
