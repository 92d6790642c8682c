import type { Shape } from "../../lowering/shape.ts";

/** Both are conditions on a user. */
const USER: Shape = { fields: { a: "text", c: "number", s: "text", d: "number", l: { list: "text" } } };

const OPTIONS: Shape = { list: { fields: { p: "number", v: { fields: {} }, i: "text" }, needs: ["p", "v"] } };

export const SETTING: Shape = {
  fields: {
    t: "number",
    a: "text",
    i: "text",
    r: {
      list: {
        fields: {
          c: { list: { fields: { u: USER, p: { fields: {} }, s: { fields: {} } } } },
          s: { fields: { v: { fields: {} }, i: "text" } },
          p: OPTIONS,
        },
      },
    },
    p: OPTIONS,
  },
};

export const SEGMENT: Shape = { fields: { n: "text", r: { list: USER } } };
