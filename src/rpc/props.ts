import type { FlagsProps } from "./interface.ts";

/** The props of a binding are not usable. The message says what to change in the calling Worker's configuration. */
export class PropsError extends Error {
  override readonly name = "PropsError";
}

const EXPECTED = 'the props of the service binding must be { environment = "<key>", kind = "server" or "client" }';
const NAMES = ["environment", "kind"];

/** @throws PropsError that names the wrong member */
export function parseProps(props: unknown): FlagsProps {
  if (typeof props !== "object" || props === null) throw new PropsError(`${EXPECTED}, but there are none`);
  const { environment, kind } = props as Record<string, unknown>;
  const unknown = Object.keys(props).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new PropsError(`${EXPECTED}, without "${unknown}"`);
  if (typeof environment !== "string" || environment === "")
    throw new PropsError(`${EXPECTED}, but environment is ${described(environment)}`);
  if (kind !== "server" && kind !== "client") throw new PropsError(`${EXPECTED}, but kind is ${described(kind)}`);
  return { environment, kind };
}

function described(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}
