import { route } from "../route.ts";
import { followChanges } from "./handlers.ts";
import { followQuery } from "./input.ts";

/** The changes of an environment as they happen, for people who look at it. */
export const CHANGE_ROUTES = [
  route(
    {
      method: "get",
      path: "/api/v1/environments/:env/stream",
      tag: "Environments",
      id: "followChanges",
      summary: "Follow the changes of an environment",
      description:
        'A stream of server-sent events. Each event `change` has an environment and its version, as `{"environment":"production","version":7}`: the first one comes at once, and the others when the environment has changed or a schedule has passed. Changes within a second are one event. `also` names up to 7 more environments for the same stream, as in `staging,preview`; it leaves out those that do not exist or whose version no tier confirms, and its first events name those that it follows. The stream ends after a minute at most, and a client that opens it again with the same token misses nothing, because the first events have the current versions. A revoked token therefore learns of changes for at most a minute.',
      access: "read",
      query: followQuery,
      responses: { 200: { description: "Server-sent events.", mediaType: "text/event-stream" } },
      problems: [503],
    },
    followChanges,
  ),
];
