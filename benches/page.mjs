// What the page is held to, measured in Chromium: node benches/page.mjs [PROGRAM] [NAMES.snapshot]
//
// First paint, the picture of 200 owners, a key pressed to the names found, and the weight of everything. Needs the modules of
// web/ (npm ci there) and Chromium (CHROMIUM in the environment names it).

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "../web/node_modules/playwright-core/index.mjs";

const [program = "target/release/parentage", names] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "parentage-page-"));
const OWNERS = 200;

/** A company that two hundred others hold, of which some are listed. */
function owned() {
  const rows = ["holder,issuer,share_min,confidence"];
  const list = ["list,name,country"];
  for (let at = 0; at < OWNERS; at += 1) {
    const issuer = at < 20 ? "Wide Harbour Holding" : `Owner ${at % 20} Company`;
    rows.push(`Owner ${at} Company,${issuer},${at < 20 ? 5 : 6},documented`);
    if (at >= 20) list.push(`CN-UEL,Owner ${at} Company,US`);
  }
  for (const [kind, lines] of [["lists", list], ["own", rows]]) {
    mkdirSync(join(folder, kind));
    writeFileSync(join(folder, kind, kind === "lists" ? "list.csv" : "holdings.csv"), `${lines.join("\n")}\n`);
  }
  const out = join(folder, "wide.snapshot");
  execFileSync(program, ["build", "--lists", join(folder, "lists"), "--ownership", join(folder, "own"), "--rules", "embedded", "--out", out, "--quiet"], { stdio: "ignore" });
  return out;
}

async function served(port, more) {
  const child = spawn(program, ["serve", "--listen", `127.0.0.1:${port}`, ...more], { stdio: "ignore" });
  const base = `http://127.0.0.1:${port}`;
  for (;;) {
    const answer = await fetch(`${base}/v1/entities?name=a`).catch(() => null);
    if (answer?.ok) return { base, end: () => child.kill() };
    await new Promise((done) => setTimeout(done, 20));
  }
}

function median(times) {
  const sorted = [...times].sort((a, b) => a - b);
  return `median ${sorted[sorted.length >> 1].toFixed(0)} ms, worst ${sorted[sorted.length - 1].toFixed(0)} ms of ${sorted.length}`;
}

const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });

const wide = await served(18191, ["--snapshot", owned()]);
const [paints, pictures] = [[], []];
let weight = 0;
let sent = 0;
for (let round = 0; round < 7; round += 1) {
  const context = await browser.newContext();
  const page = await context.newPage();
  if (round === 0) {
    page.on("response", async (answer) => {
      if (answer.url().includes("/v1/")) return;
      weight += (await answer.body().catch(() => "")).length;
      sent += (await answer.request().sizes().catch(() => null))?.responseBodySize ?? 0;
    });
  }
  await page.goto(wide.base);
  await page.waitForLoadState("networkidle");
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
  // The first visit starts the browser's own machinery.
  if (round > 0) paints.push(paint);
  const began = await page.evaluate(() => {
    const began = performance.now();
    location.hash = "#/case?name=Wide+Harbour+Holding";
    return began;
  });
  await page.waitForFunction(() => document.querySelector(".canvas canvas") && document.querySelector(".canvas[data-drawn]"));
  const drawn = await page.evaluate(() => Number(document.querySelector(".canvas").dataset.drawn));
  if (round > 0) pictures.push(drawn - began);
  await page.waitForLoadState("networkidle");
  await context.close();
}
console.log(`first paint: ${median(paints)}`);
console.log(`picture of ${OWNERS} owners, from the address to what is drawn: ${median(pictures)}`);
console.log(`everything: ${(weight / 1000).toFixed(0)} kB, ${(sent / 1000).toFixed(0)} kB as sent`);
wide.end();

if (names) {
  const many = await served(18192, ["--snapshot", names]);
  const page = await browser.newPage();
  await page.goto(many.base);
  const times = [];
  for (const text of ["kollsman", "trading co", "global ship", "harbour"]) {
    await page.locator("#name").fill("");
    for (const letter of text) {
      const answered = page.waitForResponse((answer) => answer.url().includes("/v1/entities"));
      const began = await page.evaluate(() => performance.now());
      await page.keyboard.press(letter === " " ? "Space" : letter);
      await answered;
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
      times.push((await page.evaluate(() => performance.now())) - began);
    }
  }
  console.log(`key to names found, of a million names: ${median(times)}`);
  many.end();
}
await browser.close();
