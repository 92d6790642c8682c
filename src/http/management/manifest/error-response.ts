import type { HttpError } from "../../errors.ts";

/** Whether errors of the path have the form of OpenFeature's sync API. */
export function isManifestPath(path: string): boolean {
  return path.startsWith("/openfeature/");
}

/** Renders an error as OpenFeature's command line reads it. Invalid input is 400 there. */
export function manifestErrorResponse(
  { status: own, message, headers, errors }: HttpError,
  requestId: string,
): Response {
  const status = own === 422 ? 400 : own;
  const details = errors.map(({ pointer, detail }) => ({
    // The manifest's name for the fallback, which may not fit the flag's JSON Schema.
    field: pointer
      .slice(1)
      .replace(/^fallback\b/, "defaultValue")
      .replaceAll("/", "."),
    code: "INVALID",
    message: detail,
  }));
  const error = { message, status, ...(details.length > 0 ? { details } : {}) };
  return Response.json(
    { error },
    { status, headers: { "cache-control": "no-store", "x-request-id": requestId, ...headers } },
  );
}
