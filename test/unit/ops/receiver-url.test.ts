import { describe, test } from "vitest";
import { receiverProblem, shownReceiver } from "../../../src/ops/receiver-url.ts";

const problem = (url: string) => receiverProblem(url, { allowsLocalhost: false });

describe("receiverProblem", () => {
  test.for([
    "https://hooks.example.com/burgee",
    "https://hooks.example.com:443/x?token=1",
    "https://hooks.example.com:8443/",
    "https://xn--bcher-kva.example/",
    "https://10.example.com/",
  ])("accepts %s", (url, { expect }) => {
    expect(problem(url)).toBeUndefined();
  });

  test.for([
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://10.0.0.7/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://0/",
    "https://8.8.8.8/",
    "https://127.0.0.1./",
    "https://127%2e0.0.1/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[2001:db8::1]/",
  ])("refuses the address %s", (url, { expect }) => {
    expect(problem(url)).toMatch(/must name a host; addresses are refused/);
  });

  test.for([
    "https://localhost/",
    "https://LOCALHOST./",
    "https://app.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://vault.corp/",
    "https://router.lan/",
    "https://nas.home.arpa/",
    "https://intranet/",
    "https://redis:6379/",
  ])("refuses the private name %s", (url, { expect }) => {
    expect(problem(url)).toBe("must name a host of the public internet");
  });

  test.for([
    ["http://hooks.example.com/", "must begin with https://"],
    ["ftp://hooks.example.com/", "must begin with https://"],
    ["javascript:alert(1)", "must begin with https://"],
    ["https://user@hooks.example.com/", "must not contain a user or a password"],
    ["https://:password@hooks.example.com/", "must not contain a user or a password"],
    ["https://hooks.example.com/#part", "must not contain a fragment (#)"],
    ["https://hooks.example.com:22/", "must use port 443 or a port from 1024 on"],
    ["https://hooks.example.com:80/", "must use port 443 or a port from 1024 on"],
    ["hooks.example.com", "must be a URL of ASCII characters like https://hooks.example.com/burgee"],
    ["https://１２７.0.0.1/", "must be a URL of ASCII characters like https://hooks.example.com/burgee"],
    ["https://hooks.example.com/ x", "must be a URL of ASCII characters like https://hooks.example.com/burgee"],
    ["https://hooks.example.com/\n", "must be a URL of ASCII characters like https://hooks.example.com/burgee"],
    ["https://256.256.256.256/", "must be a URL of ASCII characters like https://hooks.example.com/burgee"],
    [`https://hooks.example.com/${"x".repeat(2000)}`, "must not exceed 2000 characters"],
  ])("refuses %s", ([url = "", detail], { expect }) => {
    expect(problem(url)).toBe(detail);
  });

  test("accepts localhost, with or without TLS, only if the deployment allows it", ({ expect }) => {
    const local = (url: string) => receiverProblem(url, { allowsLocalhost: true });
    for (const url of ["http://localhost:3000/", "http://127.0.0.1:9/", "https://[::1]:8443/", "http://127.0.0.1/"]) {
      expect(local(url)).toBeUndefined();
      expect(problem(url)).toBeDefined();
    }
    expect(local("http://192.168.0.1/")).toBeDefined();
    expect(local("http://hooks.example.com/")).toBe("must begin with https://");
    expect(local("ftp://localhost/")).toBe("must begin with https:// or http://");
  });
});

test("the shown form of a URL leaves out its path and query, which can be secret", ({ expect }) => {
  expect(shownReceiver("https://hooks.slack.com/services/T0/B0/secret")).toBe("https://hooks.slack.com/…");
  expect(shownReceiver("https://hooks.example.com/?token=secret")).toBe("https://hooks.example.com/…");
  expect(shownReceiver("https://hooks.example.com:8443")).toBe("https://hooks.example.com:8443/");
});
