import { optional } from "valibot";
import { route } from "../route.ts";
import { environmentKey, fields } from "../shape.ts";
import { showLifecycle } from "./handlers.ts";

export const LIFECYCLE_ROUTES = [
  route(
    {
      method: "get",
      path: "/api/v1/flags/:key/lifecycle",
      tag: "Definitions",
      id: "getLifecycle",
      summary: "Read whether a flag can be removed",
      description:
        "The state of the flag with its reason, in all environments together and in each, or only in `environment`, the repositories whose code names it, and warnings about its removal.",
      access: "read",
      query: fields({ environment: optional(environmentKey) }),
      responses: { 200: { description: "The flag's state and use.", schema: "FlagLifecycle" } },
    },
    showLifecycle,
  ),
];
