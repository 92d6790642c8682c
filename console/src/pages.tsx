/** The pages by their address. */
import type { JSX } from "preact";
import { FlagPage, NewFlagPage } from "./pages/flag/flag-page.tsx";
import { FlagsPage } from "./pages/flags/flags.tsx";
import { ImportPage } from "./pages/import/import.tsx";
import { CreateFlagPage } from "./pages/new-flag/new-flag.tsx";
import { PendingPage } from "./pages/pending/pending.tsx";
import { SegmentsPage } from "./pages/segments/segments.tsx";
import * as icons from "./ui/kit/icons.ts";
import { lazy } from "./ui/lazy.tsx";
import { href, type Route } from "./state/route.ts";

// The pages that people open less often.
const AuditPage = lazy(async () => (await import("./pages/audit/audit.tsx")).AuditPage);
const CachePage = lazy(async () => (await import("./pages/cache/cache.tsx")).CachePage);
const EnvironmentsPage = lazy(async () => (await import("./pages/environments/environments.tsx")).EnvironmentsPage);
const KeysPage = lazy(async () => (await import("./pages/keys/keys.tsx")).KeysPage);
const SegmentPage = lazy(async () => (await import("./pages/segments/segment.tsx")).SegmentPage);
const TokensPage = lazy(async () => (await import("./pages/tokens/tokens.tsx")).TokensPage);
const TryItPage = lazy(async () => (await import("./pages/try-it/try-it.tsx")).TryItPage);
const WebhookPage = lazy(async () => (await import("./pages/webhooks/webhook.tsx")).WebhookPage);
const WebhooksPage = lazy(async () => (await import("./pages/webhooks/webhooks.tsx")).WebhooksPage);

export const NAVIGATION = [
  { name: "flags", title: "Flags", icon: icons.flag },
  { name: "segments", title: "Segments", icon: icons.segment },
  { name: "pending", title: "Pending", icon: icons.pending },
  { name: "try", title: "Try it", icon: icons.tryIt },
  { name: "keys", title: "Keys", icon: icons.key },
  { name: "tokens", title: "Tokens", icon: icons.token },
  { name: "audit", title: "Audit log", icon: icons.history },
  { name: "cache", title: "Cache", icon: icons.refresh },
  { name: "webhooks", title: "Webhooks", icon: icons.webhook },
  { name: "environments", title: "Environments", icon: icons.environment },
  { name: "import", title: "Import", icon: icons.download },
] as const;

export function pageOf({ path, query }: Route, environment: string): JSX.Element {
  const [name = "flags", key] = path;
  if (name === "flags" && key === "new") {
    const Page = query["editor"] === "full" ? NewFlagPage : CreateFlagPage;
    return <Page key={environment} environment={environment} />;
  }
  if (name === "flags" && key !== undefined) {
    return <FlagPage key={`${environment} ${key}`} environment={environment} flagKey={key} />;
  }
  if (name === "flags") return <FlagsPage key={environment} environment={environment} />;
  if (name === "segments" && key !== undefined) {
    return <SegmentPage key={`${environment} ${key}`} environment={environment} segmentKey={key} />;
  }
  if (name === "segments") return <SegmentsPage key={environment} environment={environment} />;
  if (name === "pending") return <PendingPage key={environment} environment={environment} />;
  if (name === "try") return <TryItPage key={environment} environment={environment} flagKey={key} />;
  if (name === "cache") return <CachePage key={environment} environment={environment} />;
  if (name === "webhooks" && key !== undefined) return <WebhookPage key={key} id={key} />;
  if (name === "webhooks") return <WebhooksPage />;
  if (name === "environments") return <EnvironmentsPage />;
  if (name === "keys") return <KeysPage key={environment} environment={environment} />;
  if (name === "tokens") return <TokensPage />;
  if (name === "import") return <ImportPage environment={environment} />;
  if (name === "audit") return <AuditPage key={environment} environment={environment} />;
  return (
    <header class="page">
      <h1>Page not found</h1>
      <a href={href(["flags"])}>All flags</a>
    </header>
  );
}
