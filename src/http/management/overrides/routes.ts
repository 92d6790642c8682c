import { route } from "../route.ts";
import { parseShape } from "../shape.ts";
import { postOverrides } from "./handlers.ts";
import { overridesSchema } from "./input.ts";

/** Signed overrides of one environment. */
export const OVERRIDES_ROUTES = [
  route(
    {
      method: "post",
      path: "/api/v1/environments/:env/overrides",
      tag: "Overrides",
      id: "createOverrides",
      summary: "Sign overrides",
      description:
        "Returns a token. A request that carries it gets these variants instead of those of the rules. The token goes into the query parameter `burgee-overrides`, the header `X-Flags-Overrides` or the cookie `burgee-overrides`. Anyone who has it can use it until it expires or the environment forbids overrides. 409 if the environment does not allow overrides.",
      access: "write",
      body: {
        schema: "OverridesInput",
        example: { flags: { "checkout-redesign": "on" }, expiresInSeconds: 7200 },
        parse: (value: unknown) => parseShape(overridesSchema, value),
      },
      responses: { 201: { description: "Signed.", schema: "Overrides" } },
      problems: [409],
    },
    postOverrides,
  ),
];
