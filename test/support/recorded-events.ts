import { type LogRecord, logs } from "@opentelemetry/api-logs";

/** Returns a list to which OpenTelemetry's API adds each event from now on. An exporter would send them. */
export function recordEvents(): LogRecord[] {
  const events: LogRecord[] = [];
  logs.disable();
  logs.setGlobalLoggerProvider({ getLogger: () => ({ emit: (event) => void events.push(event) }) });
  return events;
}
