/** Which page stands at which address. */
import type { JSX } from "preact";
import type { Route } from "./state/route.ts";
import { FlagsPage } from "./pages/flags.tsx";

export const NAVIGATION = [{ name: "flags", title: "Flags" }] as const;

export function pageOf({ path }: Route, environment: string): JSX.Element {
  const [name = "flags"] = path;
  if (name === "flags") return <FlagsPage key={environment} environment={environment} />;
  return <p>There is no such page.</p>;
}
