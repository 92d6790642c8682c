/** The part of re2js that is used, so that the rest stays out of the bundle. */
export { RE2JS, RE2JSException } from "re2js";
