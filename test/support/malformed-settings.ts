/** Settings as people paste them wrongly. Each holds a secret that must not appear anywhere. */

/** Returns forms that no setting of this name accepts. */
export function malformed(name: string, secret: string): string[] {
  return [...MALFORMED[kindOf(name)](secret), `${secret}\n${secret}`, `\u0000${secret}é`];
}

/** Settings that hold text of a certain form. `CACHE_PREFIX` and the numbers stand for all of their kind. */
export const SETTINGS_WITH_FORMS = [
  "DATABASE_URL",
  "NEON_HTTP_URL",
  "UPSTASH_REDIS_REST_URL",
  "UPSTASH_REDIS_REST_TOKEN",
  "KEY_SECRET",
  "KEY_SECRET_PREVIOUS",
  "CF_ZONE_ID",
  "CF_PURGE_TOKEN",
  "CF_API_URL",
  "CACHE_ENABLED",
  "CACHE_PREFIX",
  "CACHE_L1_TTL_SECONDS",
  "STREAMS_ENABLED",
  "STREAMS_MAX",
] as const;

type Kind = "database" | "url" | "token" | "secret" | "other";

function kindOf(name: string): Kind {
  if (name === "DATABASE_URL") return "database";
  if (name.endsWith("_URL")) return "url";
  if (name.startsWith("KEY_SECRET")) return "secret";
  return name.endsWith("_TOKEN") ? "token" : "other";
}

const databaseForms = (secret: string): string[] => [
  `psql 'postgresql://u:${secret}@db.example/x'`,
  `psql "postgresql://u:${secret}@db.example/x"`,
  `'postgresql://u:${secret}@db.example/x'`,
  `postgresql://u:${secret}@db.example`,
  `postgresql://u:${secret}@/x`,
  `postgresql://u:${secret} @db.example/x`,
  `postgresql://u:${secret}@db.example/x\n`,
  `postgresql:u:${secret}@db.example/x`,
  `mysql://u:${secret}@db.example/x`,
  `https://u:${secret}@db.example/x`,
  `host=db.example user=u password=${secret} dbname=x`,
  `DATABASE_URL=postgresql://u:${secret}@db.example/x`,
  `jdbc:postgresql://db.example/x?user=u&password=${secret}`,
  secret,
];

const MALFORMED: Record<Kind, (secret: string) => string[]> = {
  database: databaseForms,
  url: (secret) => [
    `http://db.example/${secret}`,
    `https://u:${secret}@db.example`,
    `https://db.example/?_token=${secret}`,
    `https://db.example/#${secret}`,
    `https:// ${secret}`,
    `"https://db.example/${secret}"`,
    `redis://default:${secret}@db.example:6379`,
    secret,
    ...databaseForms(secret),
  ],
  token: (secret) => [`Bearer ${secret}`, `${secret}\n`, ` ${secret}`, `"${secret}" `],
  secret: (secret) => [secret.slice(0, 31), ` ${secret}${secret}`, `${secret}${secret}\n`],
  other: (secret) => [`${secret}/`, `${secret}/${secret} `, `1 ${secret}`, `true ${secret}`],
};
