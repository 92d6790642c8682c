/** Which page stands at which address. */
import type { JSX } from "preact";
import { AuditPage } from "./pages/audit.tsx";
import { FlagsPage } from "./pages/flags.tsx";
import { KeysPage } from "./pages/keys.tsx";
import type { Route } from "./state/route.ts";

export const NAVIGATION = [
  { name: "flags", title: "Flags" },
  { name: "keys", title: "Keys" },
  { name: "audit", title: "Audit" },
] as const;

export function pageOf({ path }: Route, environment: string): JSX.Element {
  const [name = "flags"] = path;
  if (name === "flags") return <FlagsPage key={environment} environment={environment} />;
  if (name === "keys") return <KeysPage key={environment} environment={environment} />;
  if (name === "audit") return <AuditPage key={environment} environment={environment} />;
  return <p>There is no such page.</p>;
}
