import { beforeEach, describe, expect, it } from "vitest";
import { withNote } from "../../../../console/src/state/change-note.ts";
import { writePlan } from "../../../../console/src/state/flags/bulk-changes.ts";
import { type Client, createClient } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";

const problem = (status: number, detail: string) => ({
  type: "about:blank",
  title: "",
  status,
  detail,
  requestId: "1",
});
const ACCEPTED = { version: 2, published: {}, environments: {} };

let requiresNote: boolean;
/** The accepted writes: the end of the address, and the note. */
let written: string[];
/** The messages with which the person was asked for a note. */
let reasons: string[];

/** A deployment that accepts all writes, except those without a note while `requiresNote` is set. */
const fetch: typeof globalThis.fetch = (...request) => {
  const { url, headers } = new Request(...request);
  const note = headers.get("x-change-note");
  const isRefused = requiresNote && note === null;
  if (!isRefused) written.push(`${url.split("/").slice(-2).join("/")} ${note}`);
  const [status, body] = isRefused ? [428, problem(428, "send a note in X-Change-Note")] : [200, ACCEPTED];
  return Promise.resolve(Response.json(body, { status }));
};

/** Returns the client of a change. The person gives `answer` when asked for its note. */
function changeWith(note: string, answer?: string): Client {
  const connect = (text: () => string) => createClient({ url: "https://flags.test", note: text, fetch });
  return withNote(connect, note, ({ message }) => {
    reasons.push(message);
    return Promise.resolve(answer);
  });
}

/** Brings two flags back from the archive and changes the owner of a third one: three writes. */
function write(changeClient: Client, environment: string) {
  const [first, second, third] = [1, 2, 3].map((i): Flag => ({
    key: `${environment}-${i}`,
    type: "boolean",
    variants: { on: true },
    enabled: true,
    default: { variant: "on" },
  })) as [Flag, Flag, Flag];
  return writePlan(changeClient, { environment, version: 1, flags: [third] }, [
    { flag: first, wanted: first, isRestored: true, text: "" },
    { flag: second, wanted: second, isRestored: true, text: "" },
    { flag: third, wanted: { ...third, owner: "web" }, text: "" },
  ]);
}

describe("the note of a reviewed change", () => {
  beforeEach(() => {
    [requiresNote, written, reasons] = [false, [], []];
  });

  it("is sent with each write of the change", async () => {
    expect(await write(changeWith("INC-1"), "web")).toEqual([]);
    expect(written).toEqual(["web-1/unarchive INC-1", "web-2/unarchive INC-1", "web/apply INC-1"]);
  });

  it("is sent with no other change, even at the same time", async () => {
    const changes = { web: "INC-1", shop: "", app: "PAY-2" };
    await Promise.all(Object.entries(changes).map(([name, note]) => write(changeWith(note), name)));
    const notesOf = (name: string) => written.filter((one) => one.startsWith(name)).map((one) => one.split(" ")[1]);
    expect(Object.keys(changes).map(notesOf)).toEqual([
      ["INC-1", "INC-1", "INC-1"],
      ["null", "null", "null"],
      ["PAY-2", "PAY-2", "PAY-2"],
    ]);
  });

  it("is asked for once if an environment requires one, and then sent with the whole change", async () => {
    requiresNote = true;
    expect(await write(changeWith("", "OPS-7"), "web")).toEqual([]);
    expect(written).toEqual(["web-1/unarchive OPS-7", "web-2/unarchive OPS-7", "web/apply OPS-7"]);
    expect(reasons).toEqual(["send a note in X-Change-Note"]);
  });

  it("is asked for once if the person gives up the change, and nothing is written", async () => {
    requiresNote = true;
    const failures = await write(changeWith("", undefined), "web");
    expect(failures.map(({ keys }) => keys)).toEqual([["web-1"], ["web-2"], ["web-3"]]);
    expect([reasons.length, written]).toEqual([1, []]);
  });
});
