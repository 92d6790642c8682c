/** A route handler that evaluates a flag: `GET /shipping`. */
import { freeShippingFrom } from "../../flags";

export async function GET(): Promise<Response> {
  return Response.json({ freeFrom: await freeShippingFrom() });
}
