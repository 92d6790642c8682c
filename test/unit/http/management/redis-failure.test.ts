import { test } from "vitest";
import { redisFailureText } from "../../../../src/http/management/cache/redis-failure.ts";
import { TierError } from "../../../../src/ops/errors.ts";

test.each([
  [new TierError("OOM command not allowed", { refusal: "OOM" }), "Redis refused the command (OOM)"],
  [new TierError("redis HDEL failed"), "Redis cannot be reached"],
  [new Error("timeout"), "Redis cannot be reached"],
])("a Redis that refuses a command is not reported as out of reach: %s", (error, text) => {
  if (redisFailureText(error) !== text) throw new Error(redisFailureText(error));
});
