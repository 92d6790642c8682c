import lines from "./llms-lines.json" with { type: "json" };

/** The address in the text, which stands for that of the deployment. */
const EXAMPLE = "https://flags.example.com";

/** Responds to `GET /llms.txt` with the guide for language models, which names this deployment's address. */
export function llmsResponse(request: Request): Response {
  const text = lines.join("\n").replaceAll(EXAMPLE, new URL(request.url).origin);
  return new Response(text, {
    headers: { "content-type": "text/plain; charset=UTF-8", "cache-control": "public, max-age=3600" },
  });
}
