/** The parts of the runtime's module that are used here. The repository has no types of the whole runtime. */
declare module "cloudflare:workers" {
  export const env: Record<string, unknown>;
  export abstract class WorkerEntrypoint {
    protected readonly env: Record<string, unknown>;
    protected readonly ctx: { readonly props: unknown; waitUntil(promise: Promise<unknown>): void };
    constructor(ctx: { readonly props: unknown; waitUntil(promise: Promise<unknown>): void }, env: object);
  }
}
