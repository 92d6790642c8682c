import { describe, expect, it } from "vitest";
import { isRedisOutage, refusalOf } from "../../../src/cache/redis/refusals.ts";
import { TierError } from "../../../src/ops/errors.ts";

describe("an error reply of Redis", () => {
  it.each([
    ["WRONGTYPE Operation against a key holding the wrong kind of value", "WRONGTYPE"],
    ["WRONGTYPE Operation against a key … script: 1f3, on @user_script:4.", "WRONGTYPE"],
    ["OOM command not allowed when used memory > 'maxmemory'.", "OOM"],
    ["READONLY You can't write against a read only replica.", "READONLY"],
    ["NOREPLICAS Not enough good replicas to write.", "NOREPLICAS"],
    ["MISCONF Redis is configured to save RDB snapshots, but it is unable to persist to disk.", "MISCONF"],
    ["NOPERM this user has no permissions to run the 'eval' command", "NOPERM"],
    ["NOSCRIPT No matching script. Please use EVAL.", "NOSCRIPT"],
    ["ERR unknown command 'EVAL_RO', with args beginning with: ", "ERR"],
    ["ERR wrong number of arguments for 'hset' command", "ERR"],
    ["ERR Error running script (call to f_1): @user_script:1: oops", "ERR"],
    ["ERR max request size exceeded. Limit: 1048576 bytes, Actual: 2000000 bytes", "ERR"],
  ])("refuses only its command: %s", (message, code) => {
    expect(refusalOf(message)).toBe(code);
  });

  it.each([
    "LOADING Redis is loading the dataset in memory",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    "CLUSTERDOWN The cluster is down",
    "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
    "TRYAGAIN Multiple keys request during rehashing of slot",
    "NOAUTH Authentication required.",
    "WRONGPASS invalid or missing auth token",
    "Unauthorized",
    "ERR max daily request limit exceeded. Limit: 10000, Usage: 10001.",
    "ERR max requests limit exceeded. Limit: 500000, Usage: 500000.",
    "ERR max concurrent connections exceeded",
    "Too Many Requests",
    "undefined",
    "",
  ])("counts as an outage: %s", (message) => {
    expect(refusalOf(message)).toBeUndefined();
  });

  it("counts as an outage if nothing says otherwise", () => {
    expect(isRedisOutage(new TierError("redis HMGET failed"))).toBe(true);
    expect(isRedisOutage(new Error("anything"))).toBe(true);
    expect(isRedisOutage(new TierError("redis HMGET failed", { refusal: "OOM" }))).toBe(false);
  });
});
