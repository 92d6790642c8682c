/**
 * Secrets and signatures of webhooks, as Standard Webhooks defines them. A secret is derived from KEY_SECRET and a
 * random salt in the webhook's row (docs/adr/0028-webhooks-are-an-outbox-per-receiver.md), so the database alone cannot
 * sign, and no backup contains a secret.
 */
import { hex, sha256Hex } from "./token.ts";

/** The parts of a secret that the store keeps. */
export interface StoredSecret {
  /** 32 hex digits. */
  salt: string;
  /** SHA-256 of the secret, which tells under which KEY_SECRET it was made. */
  hash: string;
}

/** A secret as its receiver knows it: `whsec_` and base64. It is shown once. */
export interface NewSecret extends StoredSecret {
  secret: string;
}

const encoder = new TextEncoder();

/** Draws the secret of a webhook. */
export async function mintWebhookSecret(keySecret: string, webhookId: string): Promise<NewSecret> {
  const salt = hex(crypto.getRandomValues(new Uint8Array(16)).buffer);
  const secret = textOf(await derive(keySecret, webhookId, salt));
  return { secret, salt, hash: await sha256Hex(secret) };
}

/**
 * Returns the secret that `stored` describes, made from the first of `keySecrets` (the current one, then the previous
 * one) that fits. `undefined` if KEY_SECRET was replaced without the previous one: then the webhook needs a new secret.
 */
export async function recoverWebhookSecret(
  keySecrets: readonly string[],
  webhookId: string,
  { salt, hash }: StoredSecret,
): Promise<string | undefined> {
  for (const keySecret of keySecrets) {
    const secret = textOf(await derive(keySecret, webhookId, salt));
    if ((await sha256Hex(secret)) === hash) return secret;
  }
  return undefined;
}

/** Returns the header `webhook-signature`: one signature by each secret. `timestamp` is in seconds since epoch. */
export async function signWebhook(
  secrets: readonly string[],
  message: { id: string; timestamp: number; body: string },
): Promise<string> {
  const signed = encoder.encode(`${message.id}.${message.timestamp}.${message.body}`);
  const signatures = await Promise.all(
    secrets.map(async (secret) => {
      const bytes = Uint8Array.from(atob(secret.slice("whsec_".length)), (character) => character.charCodeAt(0));
      const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      return `v1,${toBase64(await crypto.subtle.sign("HMAC", key, signed))}`;
    }),
  );
  return signatures.join(" ");
}

/** HKDF with SHA-256. The webhook's id is part of it, so that copying a row does not copy its secret. */
async function derive(keySecret: string, webhookId: string, salt: string): Promise<ArrayBuffer> {
  const key = await crypto.subtle.importKey("raw", encoder.encode(keySecret), "HKDF", false, ["deriveBits"]);
  const info = encoder.encode(`burgee webhook ${webhookId}`);
  return await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: encoder.encode(salt), info }, key, 256);
}

function textOf(bytes: ArrayBuffer): string {
  return `whsec_${toBase64(bytes)}`;
}

function toBase64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
