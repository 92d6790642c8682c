/** The part of the runtime's module that the entrypoint uses. The repository has no types of the whole runtime. */
declare module "cloudflare:workers" {
  export abstract class WorkerEntrypoint {
    protected readonly env: Record<string, unknown>;
    protected readonly ctx: { readonly props: unknown; waitUntil(promise: Promise<unknown>): void };
  }
}
