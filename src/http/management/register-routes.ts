import type { Hono, MiddlewareHandler } from "hono";
import { describeRoute, validator } from "hono-openapi";
import type { GenericSchema } from "valibot";
import { ENVIRONMENT_PATTERN } from "../../flags/limits.ts";
import { HttpError, methodNotAllowed } from "../errors.ts";
import type { Services } from "../services.ts";
import { acceptsJson } from "./accept.ts";
import { describeOperation } from "./api-reference/describe-operation.ts";
import type { ManagementEnv } from "./context.ts";
import { unknownEnvironment } from "./require.ts";
import { respondsWithJson, type Route, type RouteSpec } from "./route.ts";
import { fieldErrorsOf } from "./shape.ts";

type Middleware = MiddlewareHandler<ManagementEnv>;

/** Registers the routes with the checks of their specifications, and 405 for the other methods of each path. */
export function registerRoutes(
  app: Hono<ManagementEnv>,
  routes: readonly Route[],
  services: Services,
  requireAccess: (spec: RouteSpec) => Middleware,
): void {
  const methods = new Map<string, Set<string>>();
  for (const { spec, respond } of routes) {
    const method = spec.method.toUpperCase();
    methods.set(spec.path, (methods.get(spec.path) ?? new Set()).add(method));
    const middleware: Middleware[] = [
      describeRoute(describeOperation(spec)) as Middleware,
      requireAccess(spec),
      requireEnvironmentKey,
    ];
    // Before anything is written: a caller who cannot read the response would not know about the write.
    if (respondsWithJson(spec)) middleware.push(requireJsonAccepted);
    if (spec.query !== undefined) middleware.push(queryValidator(spec.query));
    app.on(method, [spec.path], ...middleware, (c) => respond(services, c));
  }
  for (const [path, allowed] of methods) rejectOtherMethods(app, path, allowed);
}

function rejectOtherMethods(app: Hono<ManagementEnv>, path: string, methods: ReadonlySet<string>): void {
  const allow = [...methods, ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"].toSorted().join(", ");
  app.all(path, (c) => {
    if (c.req.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
    throw methodNotAllowed(c.req.method, allow);
  });
}

/** Rejects a path whose environment cannot exist, without a look-up. */
const requireEnvironmentKey: Middleware = async (c, next) => {
  const environment = c.req.param("env");
  if (environment !== undefined && !ENVIRONMENT_PATTERN.test(environment)) throw unknownEnvironment(environment);
  await next();
};

const requireJsonAccepted: Middleware = async (c, next) => {
  if (!acceptsJson(c.req.header("accept"))) throw new HttpError(406, "this route responds with application/json");
  await next();
};

function queryValidator(schema: GenericSchema): Middleware {
  return validator("query", schema, (result) => {
    if (result.success) return;
    const errors = fieldErrorsOf(result.error);
    const names = errors.map(({ pointer }) => pointer.slice(1)).join(", ");
    throw new HttpError(400, `invalid query parameters: ${names}`, { errors });
  }) as Middleware;
}
