/** Node's module under the name by which workerd knows it. Wrangler does the same for bundles. */
export { AsyncLocalStorage } from "node:async_hooks";
