/** The pages by their address. */
import type { JSX } from "preact";
import { AuditPage } from "./pages/audit/audit.tsx";
import { CachePage } from "./pages/cache/cache.tsx";
import { EnvironmentsPage } from "./pages/environments/environments.tsx";
import { FlagPage, NewFlagPage } from "./pages/flag/flag-page.tsx";
import { FlagsPage } from "./pages/flags/flags.tsx";
import { ImportPage } from "./pages/import/import.tsx";
import { KeysPage } from "./pages/keys/keys.tsx";
import { SegmentPage } from "./pages/segments/segment.tsx";
import { SegmentsPage } from "./pages/segments/segments.tsx";
import { TryItPage } from "./pages/try-it/try-it.tsx";
import { WebhookPage } from "./pages/webhooks/webhook.tsx";
import { WebhooksPage } from "./pages/webhooks/webhooks.tsx";
import * as icons from "./ui/kit/icons.ts";
import { href, type Route } from "./state/route.ts";

export const NAVIGATION = [
  { name: "flags", title: "Flags", icon: icons.flag },
  { name: "segments", title: "Segments", icon: icons.segment },
  { name: "try", title: "Try it", icon: icons.tryIt },
  { name: "keys", title: "Keys", icon: icons.key },
  { name: "audit", title: "Audit log", icon: icons.history },
  { name: "cache", title: "Cache", icon: icons.refresh },
  { name: "webhooks", title: "Webhooks", icon: icons.link },
  { name: "environments", title: "Environments", icon: icons.environment },
  { name: "import", title: "Import", icon: icons.download },
] as const;

export function pageOf({ path }: Route, environment: string): JSX.Element {
  const [name = "flags", key] = path;
  if (name === "flags" && key === "new") return <NewFlagPage key={environment} environment={environment} />;
  if (name === "flags" && key !== undefined) {
    return <FlagPage key={`${environment} ${key}`} environment={environment} flagKey={key} />;
  }
  if (name === "flags") return <FlagsPage key={environment} environment={environment} />;
  if (name === "segments" && key !== undefined) {
    return <SegmentPage key={`${environment} ${key}`} environment={environment} segmentKey={key} />;
  }
  if (name === "segments") return <SegmentsPage key={environment} environment={environment} />;
  if (name === "try") return <TryItPage key={environment} environment={environment} flagKey={key} />;
  if (name === "cache") return <CachePage key={environment} environment={environment} />;
  if (name === "webhooks" && key !== undefined) return <WebhookPage key={key} id={key} />;
  if (name === "webhooks") return <WebhooksPage />;
  if (name === "environments") return <EnvironmentsPage />;
  if (name === "keys") return <KeysPage key={environment} environment={environment} />;
  if (name === "import") return <ImportPage environment={environment} />;
  if (name === "audit") return <AuditPage key={environment} environment={environment} />;
  return (
    <header class="page">
      <h1>Page not found</h1>
      <a href={href(["flags"])}>All flags</a>
    </header>
  );
}
