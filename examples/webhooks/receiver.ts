// A receiver of webhooks that verifies them with the package standardwebhooks.
import { Webhook } from "standardwebhooks";

/** Ids of the events that were handled. Keep them in your database, together with the result. */
const handled = new Set<string>();

export async function receive(request: Request, secret: string): Promise<Response> {
  const body = await request.text();
  try {
    new Webhook(secret).verify(body, Object.fromEntries(request.headers));
  } catch {
    return new Response("the signature is wrong", { status: 401 });
  }
  const id = request.headers.get("webhook-id") ?? "";
  if (!handled.has(id)) {
    const { type, data } = JSON.parse(body);
    console.log(`${type} in ${data.environment} by ${data.actorName}`);
    handled.add(id);
  }
  return new Response(null, { status: 204 });
}
