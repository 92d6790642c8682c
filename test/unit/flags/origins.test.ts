import { describe, test } from "vitest";
import { allowsOrigin, isOriginPattern } from "../../../src/flags/origins.ts";
import { PLAIN_NAME_PATTERN } from "../../../src/flags/limits.ts";

describe("the origins of a client key", () => {
  test.each([
    "https://shop.example.com",
    "https://shop.example.com:8443",
    "http://localhost:3000",
    "http://localhost:*",
    "http://127.0.0.1:*",
    "http://[::1]:*",
    "https://*.example.com",
    "https://*.shop.example.com:*",
    "https://*.my-project.pages.dev",
    "http://*.localhost:*",
    "capacitor://localhost",
    "ionic://localhost",
    "ionic://",
    "app://obsidian.md",
    "file://",
    "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb",
    "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc",
    "moz-extension://*",
    "tauri://localhost",
  ])("accept %s", (text) => {
    if (!isOriginPattern(text)) throw new Error("refused");
  });

  test.each([
    "null",
    "*",
    "",
    "https://*",
    "https://*:*",
    "https://*.com",
    "https://*.co.uk",
    "https://*.com.au",
    "https://*.pages.dev",
    "https://*.github.io",
    "https://*.192.168.0.1",
    "https://a.*.example.com",
    "https://*shop.example.com",
    "https://**.example.com",
    "http://*.example.com",
    "https://shop.example.com/",
    "https://shop.example.com/path",
    "https://shop.example.com?x",
    "https://me@shop.example.com",
    "https://shop.example.com:443",
    "http://shop.example.com:99999",
    "HTTPS://shop.example.com",
    "https://Shop.example.com",
    "https://shop.example.com ",
    "https://shop.example.com\n",
    "shop.example.com",
    "//shop.example.com",
    "javascript:alert(1)",
    "capacitor://localhost/index.html",
    "capacitor://*.localhost",
    "https://",
  ])("refuse %j", (text) => {
    if (isOriginPattern(text)) throw new Error("accepted");
  });

  test.each([
    ["https://shop.example.com", "https://shop.example.com", true],
    ["https://shop.example.com", "http://shop.example.com", false],
    ["https://shop.example.com", "https://shop.example.com:8443", false],
    ["https://shop.example.com", "https://shop.example.com.evil.test", false],
    ["http://localhost:*", "http://localhost:5173", true],
    ["http://localhost:*", "http://localhost", true],
    ["http://localhost:*", "https://localhost:5173", false],
    ["http://localhost:*", "http://localhost.evil.test:5173", false],
    ["http://localhost:*", "http://localhost:5173.evil.test", false],
    ["https://*.example.com", "https://a.example.com", true],
    ["https://*.example.com", "https://a.b.example.com", true],
    ["https://*.example.com", "https://example.com", false],
    ["https://*.example.com", "https://.example.com", false],
    ["https://*.example.com", "https://evilexample.com", false],
    ["https://*.example.com", "https://a.example.com.evil.test", false],
    ["https://*.example.com", "https://evil.test/.example.com", false],
    ["https://*.example.com", "https://evil.test#.example.com", false],
    ["https://*.example.com", "https://a.example.com:8443", false],
    ["https://*.example.com", "http://a.example.com", false],
    ["https://*.example.com", "https://*.example.com", true],
    ["capacitor://localhost", "capacitor://localhost", true],
    ["capacitor://localhost", "ionic://localhost", false],
    ["moz-extension://*", "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc", true],
    ["moz-extension://*", "moz-extension://", false],
    ["moz-extension://*", "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb", false],
    ["https://*.example.com", "null", false],
  ])("%s: %s is allowed: %s", (pattern, origin, isAllowed) => {
    if (allowsOrigin([pattern], origin) !== isAllowed) throw new Error("wrong");
  });
});

describe("names", () => {
  test.each(["Web shop", "Büro 🏳️‍🌈", "日本語", "a/b (c) — d"])("may be %s", (name) => {
    if (!PLAIN_NAME_PATTERN.test(name)) throw new Error("refused");
  });

  test.each([
    "web\u001b[2J",
    "a\nb",
    "a\rb",
    "a\tb",
    "\u0000",
    "\u007f",
    "\u009b2J",
    "a\u2028b",
    "\u202eevil",
    "\u2066x",
  ])("may not be %j", (name) => {
    if (PLAIN_NAME_PATTERN.test(name)) throw new Error("accepted");
  });
});
