/** What the tests use of the runtime's own module; the repository has no types of the whole runtime. */
declare module "cloudflare:workers" {
  export const exports: { default: { fetch(url: string, init?: RequestInit): Promise<Response> } };
}
