import { route } from "../route.ts";
import { postManifestFlag, putManifestFlag, removeManifestFlag, showManifest } from "./handlers.ts";
import { MANIFEST_EXAMPLE, parseManifestFlag } from "./input.ts";

const MANIFEST = "/openfeature/v0/manifest";
const FLAGS = `${MANIFEST}/flags`;
const FLAG = `${FLAGS}/:key`;
const BODY = { schema: "ManifestFlagInput", example: MANIFEST_EXAMPLE, parse: parseManifestFlag };

/** The sync API of OpenFeature's command line. */
export const MANIFEST_ROUTES = [
  route(
    {
      method: "get",
      path: MANIFEST,
      tag: "Manifest",
      id: "getManifest",
      summary: "Read every flag with its type and default",
      description:
        "`X-Manifest-Capabilities` lists what the token may do. `defaultValue` is the fallback of the flag, else the value of its off variant in the first environment that has one, else an empty value.",
      access: "read",
      responses: { 200: { description: "All flags that are not archived, sorted by key.", schema: "Manifest" } },
    },
    showManifest,
  ),
  route(
    {
      method: "post",
      path: FLAGS,
      tag: "Manifest",
      id: "createManifestFlag",
      summary: "Create a flag",
      description:
        "The flag is disabled in every environment and gives everyone its default, which becomes its fallback. 409 if the flag exists, even archived.",
      access: "write",
      hasDryRun: false,
      takesNote: true,
      body: BODY,
      responses: { 201: { description: "Created.", schema: "ManifestFlagWritten" } },
      problems: [409],
    },
    postManifestFlag,
  ),
  route(
    {
      method: "put",
      path: FLAG,
      tag: "Manifest",
      id: "putManifestFlag",
      summary: "Change a flag's default and description",
      description: "409 if the type differs or the flag is archived. A description that is left out becomes empty.",
      access: "write",
      hasDryRun: false,
      takesNote: true,
      body: { ...BODY, example: { key: "checkout-redesign", type: "boolean", defaultValue: true } },
      responses: { 200: { description: "Written.", schema: "ManifestFlagWritten" } },
      problems: [409],
    },
    putManifestFlag,
  ),
  route(
    {
      method: "delete",
      path: FLAG,
      tag: "Manifest",
      id: "deleteManifestFlag",
      summary: "Archive a flag in every environment",
      description:
        "The flag evaluates as not found, and its key stays reserved; `POST /api/v1/flags/{key}/unarchive` restores it. 409 while other flags or segments depend on it.",
      access: "write",
      hasDryRun: false,
      takesNote: true,
      responses: { 200: { description: "Archived.", schema: "ManifestFlagDeleted" } },
      problems: [409],
    },
    removeManifestFlag,
  ),
];
