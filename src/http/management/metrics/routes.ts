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
      summary: "Counters in Prometheus' text format",
      description:
        "Of the isolate that answers, since it started; the label `isolate` tells which. Another request may reach another one, so these are samples, not sums.",
      access: "read",
      responses: { 200: { description: "Prometheus' text format, version 0.0.4.", mediaType: "text/plain" } },
    },
    showMetrics,
  ),
];
