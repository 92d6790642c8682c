import { type ManagementContext, pathParameter } from "../context.ts";
import { mergePatchBody } from "../merge-patch-body.ts";
import { pageQuery } from "../page.ts";
import { route } from "../route.ts";
import { patchSegment, postSegment, putSegment, removeSegment, showSegment, showSegments } from "./handlers.ts";
import { parseSegment, SEGMENT_EXAMPLE } from "./input.ts";

const SEGMENTS = "/api/v1/environments/:env/segments";
const SEGMENT = `${SEGMENTS}/:key`;
const IF_MATCH = {
  "If-Match": "The version that the caller has seen, as in `ETag`: 412 if it has changed since.",
};

/** Segments of one environment. A change of a segment changes every flag that uses it. */
export const SEGMENT_ROUTES = [
  route(
    {
      method: "get",
      path: SEGMENTS,
      tag: "Segments",
      id: "listSegments",
      summary: "List the segments of an environment",
      access: "read",
      query: pageQuery("key"),
      responses: {
        200: {
          description: "A page of segments, sorted by key. Each lists the flags and segments that use it.",
          schema: "SegmentList",
        },
      },
    },
    showSegments,
  ),
  route(
    {
      method: "post",
      path: SEGMENTS,
      tag: "Segments",
      id: "createSegment",
      summary: "Create a segment",
      access: "write",
      body: {
        schema: "SegmentInput",
        example: SEGMENT_EXAMPLE,
        parse: (value: unknown) => parseSegment(value, undefined),
      },
      responses: { 201: { description: "Created.", schema: "SegmentWritten" } },
      problems: [409],
    },
    postSegment,
  ),
  route(
    {
      method: "get",
      path: SEGMENT,
      tag: "Segments",
      id: "getSegment",
      summary: "Read a segment",
      access: "read",
      headers: { "If-None-Match": "`ETag` of an earlier response: 304 if the version is still the same." },
      responses: {
        200: {
          description: "The segment, with the flags and segments that use it. `ETag` is its version.",
          schema: "Segment",
        },
        304: { description: "Unchanged." },
      },
    },
    showSegment,
  ),
  route(
    {
      method: "put",
      path: SEGMENT,
      tag: "Segments",
      id: "putSegment",
      summary: "Create or replace a segment",
      description: "A missing `name` or `description` stays as it is.",
      access: "write",
      headers: { ...IF_MATCH, "If-None-Match": "`*` only creates: 412 if the segment exists." },
      body: {
        schema: "SegmentInput",
        example: SEGMENT_EXAMPLE,
        parse: (value: unknown, c: ManagementContext) => parseSegment(value, pathParameter(c, "key")),
      },
      responses: {
        200: { description: "Written.", schema: "SegmentWritten" },
        201: { description: "Created, with `If-None-Match: *`.", schema: "SegmentWritten" },
      },
      problems: [409, 412],
    },
    putSegment,
  ),
  route(
    {
      method: "patch",
      path: SEGMENT,
      tag: "Segments",
      id: "patchSegment",
      summary: "Change a segment",
      description: "A JSON merge patch (RFC 7396).",
      access: "write",
      headers: IF_MATCH,
      body: mergePatchBody("SegmentPatch", {
        condition: { attribute: "plan", operator: "in", values: ["pro", "team"] },
      }),
      responses: { 200: { description: "Written.", schema: "SegmentWritten" } },
      problems: [409, 412],
    },
    patchSegment,
  ),
  route(
    {
      method: "delete",
      path: SEGMENT,
      tag: "Segments",
      id: "deleteSegment",
      summary: "Delete a segment",
      description: "409 while flags or other segments use it. The response names them.",
      access: "write",
      headers: IF_MATCH,
      responses: { 200: { description: "Deleted.", schema: "Written" } },
      problems: [409, 412],
    },
    removeSegment,
  ),
];
