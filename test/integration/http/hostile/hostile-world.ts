import { saveFlag } from "../../../../src/store/writes/flags.ts";
import { aFlag } from "../../../support/project.ts";
import { type ApiResponse, aToken, type ManagementTest, send, startManagementTest } from "../../management/client.ts";

export const OFREP = "/ofrep/v1/evaluate/flags";

/** Two environments with open and hidden flags, for the attacks that docs/security.md lists. */
export interface HostileWorld {
  readonly management: ManagementTest;
  /** A server key of the environment "staging". */
  readonly staging: { token: string; id: string };
  /** Sends one request with this token. */
  as(token: string | undefined, method: string, path: string, body?: unknown, headers?: object): Promise<ApiResponse>;
}

export async function openHostileWorld(): Promise<HostileWorld> {
  const management = await startManagementTest();
  const { project } = management;
  await project.backends.neon.query("insert into environments (key, name) values ('staging', 'staging')");
  const staging = await aToken(project, "server", "staging");
  await project.save({ key: "open" });
  await project.save({ key: "hidden", clientVisible: false });
  await project.save({ key: "only-in-production" });
  await saveFlag(project.db, "staging", aFlag({ key: "in-staging" }), { actor: "test" });
  await management.call("POST", "/api/v1/environments/production/cache/warm");
  await management.call("POST", "/api/v1/environments/staging/cache/warm");
  return {
    management,
    staging,
    as: (token, method, path, body, headers = {}) =>
      send(management.isolate, token, method, path, body, headers as Record<string, string>),
  };
}
