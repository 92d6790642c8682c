/** Upstash's REST protocol: parses the commands of a request and writes their outcomes. */
import type { Outcome } from "./upstash-backends.ts";
import { type Reply, Status } from "./reply.ts";

/** @throws TypeError that names the error in the body */
export function parseCommands(body: string): string[][] {
  const input = parseJson(body);
  if (!Array.isArray(input)) throw new TypeError("expected an array of commands");
  return input.map((command) => toCommand(command));
}

/** @throws TypeError that names the error in the body */
export function parseCommand(body: string): string[] {
  return toCommand(parseJson(body));
}

/** Reads a command from a path such as `/set/key`. A body becomes the last argument, which is convenient with curl. */
export function commandOfPath(path: string, body: string): string[] {
  const args = path.slice(1).split("/").map(decodeURIComponent);
  return body === "" ? args : [...args, body];
}

/** If the client asks for base64, Upstash encodes every string except a plain OK. */
export function encodeOutcome(outcome: Outcome, base64: boolean): object {
  return "error" in outcome ? outcome : { result: encode(outcome.result, base64, true) };
}

/** Returns a reply as JavaScript values. */
export function plainReply(reply: Reply): unknown {
  if (Array.isArray(reply)) return reply.map((item) => plainReply(item));
  return reply instanceof Status ? reply.ok : reply;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new TypeError("failed to parse the request body as JSON");
  }
}

function toCommand(input: unknown): string[] {
  if (!Array.isArray(input) || input.length === 0) throw new TypeError("expected a command: a non-empty array");
  return input.map((arg: unknown) => {
    if (typeof arg === "string") return arg;
    if (typeof arg === "number" || typeof arg === "boolean") return String(arg);
    throw new TypeError("a command's arguments must be strings or numbers");
  });
}

function encode(reply: Reply, base64: boolean, isWhole: boolean): unknown {
  if (Array.isArray(reply)) return reply.map((item) => encode(item, base64, false));
  const text = reply instanceof Status ? reply.ok : reply;
  if (!base64 || typeof text !== "string" || (isWhole && text === "OK")) return text;
  return Buffer.from(text).toString("base64");
}
