import { Hono, type MiddlewareHandler } from "hono";
import { ConflictError } from "../../ops/errors.ts";
import { NoteRequiredError } from "../../store/note-required.ts";
import { findAdminKey, markTokenUsed } from "../../store/writes/tokens.ts";
import { HttpError, problemResponse, toHttpError } from "../errors.ts";
import { requireWithin } from "../limits.ts";
import { requestId } from "../request-id.ts";
import type { Services } from "../services.ts";
import { AdminAuthenticator, requireAccess, requireServer } from "./actor.ts";
import { addDocsRoutes } from "./api-reference/docs.ts";
import { APPLY_ROUTES } from "./apply/routes.ts";
import { ARCHIVE_ROUTES } from "./archive/routes.ts";
import { AUDIT_ROUTES } from "./audit/routes.ts";
import { CACHE_ROUTES } from "./cache/routes.ts";
import { NOTE_HEADER } from "./change-note.ts";
import { environmentOf, type ManagementContext, type ManagementEnv } from "./context.ts";
import { waitUntilOf } from "../wait-until.ts";
import { CHANGE_ROUTES } from "./changes/routes.ts";
import { DEFINITION_ROUTES } from "./definitions/routes.ts";
import { ENVIRONMENT_ROUTES } from "./environments/routes.ts";
import { NotReplayableError } from "./explain/replay.ts";
import { EXPLAIN_ROUTES } from "./explain/routes.ts";
import { FLAG_ROUTES } from "./flags/routes.ts";
import { KEY_ROUTES } from "./keys/routes.ts";
import { isManifestPath, manifestErrorResponse } from "./manifest/error-response.ts";
import { MANIFEST_ROUTES } from "./manifest/routes.ts";
import { METRICS_ROUTES } from "./metrics/routes.ts";
import { OVERRIDES_ROUTES } from "./overrides/routes.ts";
import { LIFECYCLE_ROUTES } from "./lifecycle/routes.ts";
import { CODE_REFERENCE_ROUTES } from "./code-references/routes.ts";
import { entityTagOf, PreconditionFailedError } from "./preconditions.ts";
import { registerRoutes } from "./register-routes.ts";
import { reachOf, type Route, type RouteSpec } from "./route.ts";
import { SEGMENT_ROUTES } from "./segments/routes.ts";
import { TOKEN_ROUTES } from "./tokens/routes.ts";
import { WEBHOOK_ROUTES } from "./webhooks/routes.ts";
import { USAGE_ROUTES } from "./usage/routes.ts";

/** All operations, in the order of /openapi.json. */
const ROUTES: readonly Route[] = [
  ...ENVIRONMENT_ROUTES,
  ...CHANGE_ROUTES,
  ...APPLY_ROUTES,
  ...DEFINITION_ROUTES,
  ...ARCHIVE_ROUTES,
  ...LIFECYCLE_ROUTES,
  ...CODE_REFERENCE_ROUTES,
  ...MANIFEST_ROUTES,
  ...FLAG_ROUTES,
  ...EXPLAIN_ROUTES,
  ...USAGE_ROUTES,
  ...SEGMENT_ROUTES,
  ...KEY_ROUTES,
  ...TOKEN_ROUTES,
  ...WEBHOOK_ROUTES,
  ...OVERRIDES_ROUTES,
  ...CACHE_ROUTES,
  ...AUDIT_ROUTES,
  ...METRICS_ROUTES,
];

/** Bounds the mistakes that one response lists, and the length of each pointer. */
const MAX_ERRORS = 50;
const MAX_POINTER_LENGTH = 300;

/** Creates the app of everything but evaluation. An isolate does so once, on first use. */
export function createManagementApp(services: Services): Hono<ManagementEnv> {
  const app = new Hono<ManagementEnv>({ strict: false });
  const authenticator = new AdminAuthenticator(
    services,
    async (id) => findAdminKey(await services.database(), id),
    async (id, day) => markTokenUsed(await services.database(), id, day),
  );
  app.onError((error, c) => respondWithProblem(services, error, c));
  app.notFound((c) =>
    respondWithProblem(services, new HttpError(404, `no route for ${c.req.method} ${c.req.path}`), c),
  );
  addDocsRoutes(app, services);
  app.use(async (c, next) => {
    // Before the route is looked up, so that only callers with a valid token learn which paths exist.
    c.set("token", await authenticator.verify(c.req.raw));
    await next();
    c.res.headers.set("x-request-id", requestId(c.req.raw));
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  });
  registerRoutes(app, ROUTES, services, (spec) => requireAccessTo(services, authenticator, spec));
  return app;
}

/** Checks that the token allows the operation, and records who the caller is. */
function requireAccessTo(
  services: Services,
  authenticator: AdminAuthenticator,
  spec: RouteSpec,
): MiddlewareHandler<ManagementEnv> {
  const required = { access: spec.access, reach: reachOf(spec) };
  const { access } = required;
  return async (c, next) => {
    const token = c.get("token");
    if (access === "report" || (access === "explain" && token.kind !== "admin")) {
      const flagKey = access === "report" ? undefined : c.req.param("key");
      const target = { environment: environmentOf(c), flagKey, access };
      if (access === "report") await requireWithin(services.limits.writes, token.id, "reports with this key");
      c.set("actor", await requireServer(services, token, target, c.req.raw, { waitUntil: waitUntilOf(c) }));
    } else {
      const actor = await authenticator.requireAdmin(token, { waitUntil: waitUntilOf(c) });
      // The short form of `patchFlag` has the environment in its query.
      requireAccess(actor, required, c.req.param("env") ?? c.req.query("environment"));
      if (access === "write") await requireWithin(services.limits.writes, actor.id, "writes with this token");
      c.set("actor", actor);
    }
    await next();
    // After the response. The sweep repeats what fails.
    if (access === "write") waitUntilOf(c)(services.webhooks.sendDue().catch(() => undefined));
  };
}

/** Renders every error as problem+json with a request id. */
async function respondWithProblem(
  services: Pick<Services, "logFailure">,
  error: unknown,
  c: ManagementContext,
): Promise<Response> {
  const id = requestId(c.req.raw);
  const httpError = error instanceof NoteRequiredError ? noteRequired(error) : toHttpError(error);
  if (httpError.status >= 500) services.logFailure(httpError, id);
  const errors = httpError.errors
    .slice(0, MAX_ERRORS)
    .map(({ pointer, detail }) => ({ pointer: pointer.slice(0, MAX_POINTER_LENGTH), detail }));
  const { status, message: detail, headers, mayHaveHappened } = httpError;
  const bounded = new HttpError(status, detail, { headers, errors, mayHaveHappened });
  if (isManifestPath(c.req.path)) return manifestErrorResponse(bounded, id);
  const response = problemResponse(bounded, id);
  if (error instanceof NotReplayableError) {
    const { at: firstInstant, version: firstVersion } = error.first;
    const body = { ...((await response.json()) as object), title: "Gone", firstInstant, firstVersion };
    return new Response(JSON.stringify(body), response);
  }
  const version = versionOf(error);
  if (version === undefined) return response;
  const body = { ...((await response.json()) as object), version };
  const versioned = new Response(JSON.stringify(body), response);
  versioned.headers.set("etag", entityTagOf(version));
  return versioned;
}

function noteRequired(cause: NoteRequiredError): HttpError {
  return new HttpError(428, `${cause.message}; send it in the header ${NOTE_HEADER}`, { cause });
}

/** Returns the current version if another writer came first, so that the caller can start over from it. */
function versionOf(error: unknown): number | undefined {
  return error instanceof ConflictError || error instanceof PreconditionFailedError ? error.version : undefined;
}
