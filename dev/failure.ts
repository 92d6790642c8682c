/** Reports the failure of a command, without credentials. */
import { type Bindings, secretsOf } from "../src/env.ts";
import { describeError } from "../src/ops/log.ts";
import { createRedact, type Redact } from "../src/ops/redact.ts";

/** Variables of the commands that hold secrets, besides the settings of the worker. */
const SECRET_VARIABLES = ["REDIS_URL", "BURGEE_ADMIN_TOKEN", "BURGEE_KEY", "BURGEE_TOKEN"];

/** Returns a function that removes credentials from text, including the values of secret environment variables. */
export function redactFor(variables: Bindings): Redact {
  const more = SECRET_VARIABLES.flatMap((name) => {
    const value = variables[name];
    return typeof value === "string" ? [[name, value]] : [];
  });
  return createRedact({ ...secretsOf(variables), ...(Object.fromEntries(more) as Record<string, string>) });
}

/** Returns why a command failed, without credentials. */
export function failureText(error: unknown): string {
  // The class names of errors do not help the reader.
  const [reason = "", ...causes] = describeError(error).map((text) => text.replace(/^\w*Error: /, ""));
  const told = causes.filter((cause) => cause !== "" && !reason.includes(cause));
  return redactFor(process.env)(`${reason}${told.length === 0 ? "" : ` (${told.join("; ")})`}`);
}

/** Prints why a command failed, and its usage. Sets the exit code to 1. */
export function reportFailure(error: unknown, usage = ""): void {
  console.error(`${failureText(error)}${usage === "" ? "" : `\n\n${usage}`}`);
  process.exitCode = 1;
}
