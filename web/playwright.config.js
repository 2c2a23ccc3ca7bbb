import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";

const address = "http://127.0.0.1:18090";
const program = process.env.PARENTAGE ?? "../target/release/parentage";
const data = mkdtempSync(join(tmpdir(), "parentage-page-"));
// No browser is fetched: the one of the system is used.
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-gpu"];

export default defineConfig({
  testDir: "tests",
  // One service, in whose folder decisions and jobs stay.
  workers: 1,
  // The browser itself may end: that is no fault of the page, and one that is comes again.
  retries: 1,
  timeout: 30_000,
  reporter: "list",
  use: {
    baseURL: address,
    timezoneId: "UTC",
    locale: "en-GB",
    launchOptions: { executablePath, args: ["--no-sandbox", ...quiet] },
  },
  webServer: {
    command: `${program} serve --listen ${new URL(address).host} --data ${data}`,
    url: `${address}/healthz`,
    reuseExistingServer: false,
  },
});
