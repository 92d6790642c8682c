import { route } from "../route.ts";
import { showMetrics } from "./handlers.ts";

/** The counters of one isolate, for Prometheus. */
export const METRICS_ROUTES = [
  route(
    {
      method: "get",
      path: "/api/v1/metrics",
      tag: "Health",
      id: "getMetrics",
      summary: "Read the counters in Prometheus' text format",
      description:
        "The counters are those of one isolate since it started. The label `isolate` identifies it. The next request may reach another isolate, so treat these numbers as samples, not as sums.",
      access: "read",
      responses: { 200: { description: "Prometheus' text format, version 0.0.4.", mediaType: "text/plain" } },
    },
    showMetrics,
  ),
];
