#!/usr/bin/env node
// `npm create burgee` is `npx burgee init`.
process.argv.splice(2, 0, "init");
await import("burgee/cli");
