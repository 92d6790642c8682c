/** Which page stands at which address. */
import type { JSX } from "preact";
import { AuditPage } from "./pages/audit.tsx";
import { FlagPage, NewFlagPage } from "./pages/flag/flag-page.tsx";
import { FlagsPage } from "./pages/flags.tsx";
import { KeysPage } from "./pages/keys.tsx";
import type { Route } from "./state/route.ts";

export const NAVIGATION = [
  { name: "flags", title: "Flags" },
  { name: "keys", title: "Keys" },
  { name: "audit", title: "Audit" },
] as const;

export function pageOf({ path }: Route, environment: string): JSX.Element {
  const [name = "flags", key] = path;
  if (name === "flags" && key === "new") return <NewFlagPage key={environment} environment={environment} />;
  if (name === "flags" && key !== undefined) {
    return <FlagPage key={`${environment} ${key}`} environment={environment} flagKey={key} />;
  }
  if (name === "flags") return <FlagsPage key={environment} environment={environment} />;
  if (name === "keys") return <KeysPage key={environment} environment={environment} />;
  if (name === "audit") return <AuditPage key={environment} environment={environment} />;
  return <p>There is no such page.</p>;
}
