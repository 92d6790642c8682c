/** The parts of the runtime's module that the tests use. The repository has no types of the whole runtime. */
declare module "cloudflare:workers" {
  export const exports: { default: { fetch(url: string, init?: RequestInit): Promise<Response> } };
}
