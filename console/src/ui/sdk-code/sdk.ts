/** An SDK, and the parts of its code. */
import type { Subject } from "./literals.ts";

export interface Block {
  /** The name of the block's region: `Install`, `Code`. */
  title: string;
  text: string;
}

export interface Sdk {
  id: string;
  label: string;
  /** The kind of SDK key that it takes. A service binding takes none. */
  key: "client" | "server" | "any" | "none";
  blocks: (subject: Subject) => Block[];
}

export function install(text: string): Block {
  return { title: "Install", text };
}

export function code(...lines: string[]): Block {
  return { title: "Code", text: lines.join("\n") };
}

/** Returns the secret of the SDK key, or its first characters if nobody knows the rest. */
export function keyOf(kind: "client" | "server" | "any", { environment, key }: Subject): string {
  const shown = kind === "any" ? (key?.kind ?? "server") : kind;
  return key?.secret ?? `${shown === "client" ? "bgc" : "bgs"}_${environment}_…`;
}
