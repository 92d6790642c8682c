/** One metric and its samples, for Prometheus' text format (version 0.0.4). */
export interface MetricFamily {
  name: string;
  type: "counter" | "gauge";
  help: string;
  samples: { labels?: Record<string, string>; value: number }[];
}

export const PROMETHEUS_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Renders the metrics. Every sample gets the labels in `common`. */
export function renderPrometheus(families: readonly MetricFamily[], common: Record<string, string>): string {
  return families.map((family) => renderFamily(family, common)).join("");
}

function renderFamily({ name, type, help, samples }: MetricFamily, common: Record<string, string>): string {
  const lines = samples.map(({ labels, value }) => `${name}${renderLabels({ ...common, ...labels })} ${value}\n`);
  const text = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `# HELP ${name} ${text}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function renderLabels(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
