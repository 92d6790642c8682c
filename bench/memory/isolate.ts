/** A worker that stores the documents of each request in an L1 of its own, for a measurement of its heap. */
import type { Services } from "../../src/http/services.ts";
import { holdFlags, servicesWithRoom } from "./hold-flags.ts";

let services: Services | undefined;

export default {
  async fetch(request: Request): Promise<Response> {
    services ??= servicesWithRoom();
    // JSON, as Redis' replies are: each text is a string of its own, not a part of the body.
    const texts = (await request.json()) as string[];
    // The first flags load the pattern engine and let V8 compile code, which is no flag's memory.
    const isWarmUp = new URL(request.url).pathname === "/warm-up";
    await holdFlags(isWarmUp ? servicesWithRoom() : services, texts);
    const { size, bytes } = services.tiers.l1.stats();
    return Response.json({ size, bytes });
  },
};
