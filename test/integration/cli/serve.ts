import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import type { Isolate } from "../../support/app.ts";
import { type CliTest, startCliTest } from "./harness.ts";

const COMMAND = resolve(import.meta.dirname, "../../../cli/burgee.js");
const execute = promisify(execFile);

/** Runs the installed command in separate processes, against a real port. */
export interface ProcessTest extends CliTest {
  env: Record<string, string>;
  /** Runs a program with `burgee` on its path. Rejects with its output unless the exit code is 0. */
  execute(file: string, args: readonly string[], env?: object): Promise<{ stdout: string; stderr: string }>;
}

export async function startProcessTest(): Promise<ProcessTest> {
  const t = await startCliTest();
  const server = await serveIsolate(t.isolate);
  const bin = join(t.folder, "burgee");
  await writeFile(bin, `#!/bin/sh\nexec "${process.execPath}" "${COMMAND}" "$@"\n`);
  await chmod(bin, 0o755);
  const env = {
    PATH: `${t.folder}:${process.env["PATH"] ?? ""}`,
    HOME: t.folder,
    BURGEE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    BURGEE_TOKEN: t.project.adminToken,
  };
  return {
    ...t,
    env,
    execute: (file, args, more = {}) => execute(file, args, { env: { ...env, ...more }, cwd: t.folder }),
    close: async () => {
      server.close();
      await t.close();
    },
  };
}

async function serveIsolate(isolate: Isolate): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { method = "GET", url = "/" } = request;
    const body = await text(request);
    const headers = Object.entries(request.headers).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    const served = await isolate.fetch(url, { method, headers, ...(body === "" ? {} : { body }) });
    await isolate.settled();
    response.writeHead(served.status, Object.fromEntries(served.headers));
    response.end(await served.text());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
