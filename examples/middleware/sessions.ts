/** In the place of your own sessions, which are secret and expire. */
const SESSIONS: Record<string, { id: string; plan: string }> = {
  ada: { id: "customer-7", plan: "free" },
  grace: { id: "customer-8", plan: "pro" },
};

export function userOf(session: string | undefined): { id: string; plan: string } | undefined {
  return session === undefined ? undefined : SESSIONS[session];
}
