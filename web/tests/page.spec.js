import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

const KOLLSMAN = "/#/case?name=Kollsman+Inc&country=US&as_of=2026-11-24";

/** Nothing may go wrong unseen: no error of a script, no rule of the page's policy broken, nothing asked of others. */
test.beforeEach(async ({ page, baseURL }) => {
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of (401|409)/.test(message.text())) page.faults.push(message.text());
  });
  page.on("request", (request) => {
    const own = [baseURL, "data:", "blob:"].some((begin) => request.url().startsWith(begin));
    if (!own) page.faults.push(`asked ${request.url()}`);
  });
});

test.afterEach(async ({ page }) => expect(page.faults).toEqual([]));

async function accessible(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter((one) => ["serious", "critical"].includes(one.impact));
  expect(grave.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`)).toEqual([]);
}

async function settled(page) {
  await expect(page.locator(".canvas canvas").first()).toBeVisible();
  await expect(page.locator(".slider")).toBeVisible();
}

test("a name is found while it is typed, by keyboard alone", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("combobox", { name: "Name" })).toBeFocused();
  await page.keyboard.type("kolls", { delay: 20 });
  await expect(page.getByRole("option").first()).toContainText("Kollsman, Inc.");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("combobox")).toHaveAttribute("aria-activedescendant", "found-0");
  await accessible(page);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Kollsman, Inc. is a hit");
  await settled(page);
});

test("native names stand beside English ones", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("combobox").fill("通用动力");
  await expect(page.getByRole("option").first()).toContainText("General Dynamics");
});

test("the verdict says why, and what is not known", async ({ page }) => {
  await page.goto(KOLLSMAN);
  await settled(page);
  const box = page.locator(".verdict-box");
  await expect(box).toContainText("Kollsman Inc is a hit on 2026-11-24, by house policy alone, no law says so.");
  await expect(box).toContainText("Not every owner above it is recorded");
  await expect(box).toContainText("1 of 1 holdings that it rests on are not documented");
  await page.getByText("Proof: 1 holdings, 1 list entries").click();
  await expect(page.getByText("embedded:ownership-data/holdings.csv:91").first()).toBeVisible();
  await page.getByText("How the names compare").click();
  await expect(page.getByRole("region", { name: "Alignment" })).toContainText("0.9259");
  await accessible(page);
});

test("another day is another verdict and another picture", async ({ page }) => {
  await page.goto(KOLLSMAN);
  await settled(page);
  await page.getByRole("button", { name: "‹ Change before" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("is a hit on 2025-10-09");
  const slider = page.getByRole("slider", { name: "Day" });
  await slider.focus();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("is clear on 2025-10-08");
  await expect(page).toHaveURL(/as_of=2025-10-08/);
  await expect(page.locator(".marks line.hit")).toHaveCount(1);
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("is a hit on 2025-10-09");
});

test("a share below the threshold turns the verdict", async ({ page }) => {
  await page.goto(KOLLSMAN);
  await settled(page);
  await expect(page.locator(".margins")).toContainText("cn-listed-50: its threshold is passed by 50 percent points");
  await page.getByLabel("Supposed share, in percent").fill("49");
  await expect(page.locator(".flip")).toContainText("hit becomes review, supposing that Elbit Systems of America, LLC holds 49 % of Kollsman, Inc.");
  await page.getByLabel("Supposed share, in percent").fill("50");
  await expect(page.locator(".flip")).toContainText("hit stays hit");
  await accessible(page);
});

test("a holding that is clicked shows its record", async ({ page }) => {
  await page.goto(KOLLSMAN);
  await settled(page);
  const canvas = page.locator(".canvas");
  const box = await canvas.boundingBox();
  // The one holding stands between its holder above and its issuer below.
  await canvas.click({ position: { x: box.width / 2, y: box.height / 2 } });
  await expect(page.locator(".picked")).toContainText("Elbit Systems of America, LLC holds 100 % of Kollsman, Inc.");
  await expect(page.locator(".picked")).toContainText("holdings.csv:91");
});

test("a decision is kept, shown, and clears the match", async ({ page }) => {
  await page.goto("/#/case?name=Skydio&id=page-17");
  await settled(page);
  await page.getByLabel("False match").check();
  await page.getByLabel("Why").fill("a kite shop of this name");
  await page.getByLabel("Who decides").fill("anna");
  await page.getByRole("button", { name: "Keep the decision" }).click();
  await expect(page.locator(".decided")).toContainText("false match by anna");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("since a person decided that the match is false");
  await accessible(page);
  await page.reload();
  await expect(page.locator(".decided")).toContainText("a kite shop of this name");
});

test("a case is saved as one file that needs nothing else", async ({ page }) => {
  await page.goto(KOLLSMAN);
  await settled(page);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as HTML" }).click();
  const saved = readFileSync(await (await download).path(), "utf8");
  expect(saved).toContain("Kollsman Inc is a hit on 2026-11-24");
  expect(saved).toContain("holdings.csv:91");
  expect(saved).toContain("data:image/png");
  expect(saved).not.toMatch(/<script|<form|https?:\/\//);
});

test("a file of parties is screened", async ({ page }) => {
  await page.goto("/#/jobs");
  await accessible(page);
  const buffer = Buffer.from("id,name,country\n1,Kollsman Inc,US\n2,Quiet Harbour Ltd,GB\n");
  await page.getByLabel("File").setInputFiles({ name: "customers.csv", mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "Screen the file" }).click();
  await expect(page.locator(".state")).toContainText("done, 2 parties answered", { timeout: 20_000 });
  await expect(page.locator(".counts .hit")).toContainText("1");
  await accessible(page);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Take the result" }).click();
  expect(readFileSync(await (await download).path(), "utf8")).toContain("Kollsman Inc");
});

test("lists say what is in force on a day and what is coming", async ({ page }) => {
  await page.goto("/#/lists?as_of=2026-01-15");
  await expect(page.getByRole("region", { name: "Lists" })).toContainText("CN-UEL");
  await expect(page.getByRole("region", { name: "Coming" })).toContainText("2026-11-10");
  await expect(page.getByRole("region", { name: "Rules" })).toContainText("cn-mofcom-61");
  await page.getByLabel("Status").selectOption("suspended");
  await expect(page.getByRole("region", { name: "Entries" })).toContainText("suspended");
  await accessible(page);
});

test("changes between two days are told", async ({ page }) => {
  await page.goto("/#/changes?from=2025-11-09&to=2025-11-10");
  await expect(page.getByRole("heading", { name: /Of whom another thing is said: [1-9]/ })).toBeVisible();
  await expect(page.getByRole("region", { name: "Records" })).toContainText("in force → stopped");
  await accessible(page);
});

test("customers are watched", async ({ page }) => {
  await page.goto("/#/portfolio");
  await expect(page.getByText("Nobody is watched yet")).toBeVisible();
  await accessible(page);
  const buffer = Buffer.from("id,name,country\n1,Kollsman Inc,US\n2,Quiet Harbour Ltd,GB\n");
  await page.getByLabel("Customers").setInputFiles({ name: "customers.csv", mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "Watch them" }).click();
  await expect(page.getByRole("region", { name: "Alerts" })).toContainText("Kollsman Inc");
  await expect(page.getByRole("region", { name: "New and gone" })).toContainText("new");
  await accessible(page);
});

test("nothing of one day stands beside the verdict of another", async ({ page }) => {
  await page.goto(KOLLSMAN);
  await settled(page);
  const explain = (url) => url.pathname.endsWith("/explain");
  await page.route(explain, async (route) => {
    await new Promise((done) => setTimeout(done, 700));
    await route.continue();
  });
  await page.getByRole("button", { name: "‹ Change before" }).click();
  await page.getByRole("slider", { name: "Day" }).press("ArrowLeft");
  const heading = page.getByRole("heading", { level: 1 });
  await page.waitForTimeout(400);
  // As long as not everything is there, everything is of the day before.
  await expect(heading).not.toContainText("is clear");
  await expect(heading).toContainText("is clear on 2025-10-08");
  await expect(page.locator(".exposure")).toHaveCount(0);
  // Its owners are drawn all the same.
  await expect(page.locator(".canvas canvas").first()).toBeVisible();
  await page.unroute(explain);
  await page.route(explain, (route) => route.fulfill({ status: 500, json: { detail: "it failed" } }));
  await page.getByRole("slider", { name: "Day" }).press("ArrowRight");
  await expect(page.getByRole("alert")).toContainText("it failed");
  await expect(page.locator(".exposure, .canvas, .slider")).toHaveCount(0);
  await page.unroute(explain);
  await page.getByRole("button", { name: "Screen" }).click();
  await expect(heading).toContainText("is a hit on 2025-10-09");
  page.faults = page.faults.filter((fault) => !fault.includes("status of 500"));
});

test("dark, and narrow", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(KOLLSMAN);
  await settled(page);
  await accessible(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBe(0);
});
