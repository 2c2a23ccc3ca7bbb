/** A case: one party, its verdict on a day, and everything that explains it. */

import {
  type About,
  type Explained,
  type Found,
  type Holding,
  type Match,
  type Owners,
  type Screened,
  type Turn,
  entityPath,
  get,
  path,
  post,
} from "./api";
import { decide } from "./decide";
import { element, field, fill, folded, settled, table, trouble } from "./dom";
import { alignment, exposure, holdings, notes } from "./proof";
import { save } from "./save";
import { search } from "./search";
import { type Slider, slider } from "./slider";
import { whatIf } from "./whatif";
import { days, gravest, percent, sentence, share, unknowns, verdict, word } from "./words";

/** The fields of a party beside its name. */
const FIELDS: [string, string][] = [
  ["country", "Country"],
  ["name_native", "Native name"],
  ["aliases", "Other names, with ; between"],
  ["identifiers", "Identifiers, scheme:value"],
  ["city", "City"],
  ["birth_date", "Birth date"],
  ["kind", "Kind"],
  ["id", "Your id"],
];

/** How often a case is asked for anew when the data change meanwhile. */
const TIMES = 5;

const KINDS = ["", "company", "person", "branch", "public_body", "other"];

export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** The address of a case. */
export function caseOf(party: Record<string, string>): string {
  const given = Object.entries(party).filter(([, value]) => value);
  return `#/case?${new URLSearchParams(given)}`;
}

/** The page of one case; it ends what it began when `gone` is signalled. */
export function casePage(main: HTMLElement, asked: URLSearchParams, gone: AbortSignal): void {
  const party: Record<string, string> = {};
  for (const [name] of [["name"], ...FIELDS]) {
    const value = asked.get(name as string)?.trim();
    if (value) party[name as string] = value;
  }
  const out = element("div", { class: "case" });
  fill(main, form(party), out);
  document.title = party.name ? `${party.name} – parentage` : "parentage";
  if (party.name) void new Case(out, party, asked.get("as_of") ?? today(), gone).open();
  else main.querySelector<HTMLInputElement>("#name")?.focus();
}

function form(party: Record<string, string>): HTMLElement {
  const inputs = FIELDS.map(([name, label]) => {
    const input =
      name === "kind"
        ? element("select", { name }, KINDS.map((kind) => element("option", { value: kind, selected: kind === (party.kind ?? "") }, kind)))
        : element("input", { name, value: party[name] ?? "", autocomplete: "off" });
    return [name, label, input] as const;
  });
  const go = (more: Record<string, string> = {}) => {
    const given = Object.fromEntries(inputs.map(([name, , input]) => [name, input.value.trim()]));
    const name = box.input.value.trim();
    // The same party is asked again for the day that is shown, another for today.
    const day = new URLSearchParams(location.hash.split("?")[1]).get("as_of");
    const address = caseOf({ name, ...given, ...(day && name === party.name ? { as_of: day } : {}), ...more });
    if (location.hash === address) window.dispatchEvent(new Event("hashchange"));
    else location.hash = address;
  };
  const box = search((found: Found) => {
    for (const [name, , input] of inputs) input.value = name === "country" ? (found.entity.country ?? "") : "";
    go();
  });
  box.input.value = party.name ?? "";
  const more = folded("More about the party", () => element("div", { class: "fields" }, inputs.map(([, label, input]) => field(label, input))));
  more.open = FIELDS.some(([name]) => name !== "country" && party[name]);
  return element(
    "form",
    { class: "ask unsaved", role: "search", submit: (event) => (event.preventDefault(), go()) },
    element("div", { class: "row" }, box.element, element("button", { type: "submit", class: "main" }, "Screen")),
    more,
  );
}

class Case {
  /** The alert that somebody chose of several. */
  private chosen: string | undefined;
  /** What is drawn, to be drawn anew in other colours. */
  private redraw: (() => void) | undefined;
  private slider: Slider | undefined;
  private drawn: import("./picture").Picture | undefined;
  private asking: AbortController | undefined;
  private readonly head = element("section", { class: "verdict-box", "aria-live": "polite" });
  private readonly days = element("div", { class: "days" });
  private readonly body = element("div");
  private entity: string | undefined;
  /** What is shown, and the snapshot that the days come from. */
  private answer: Screened | undefined;
  private snapshot: string | undefined;

  constructor(
    private readonly out: HTMLElement,
    private readonly party: Record<string, string>,
    private day: string,
    private readonly gone: AbortSignal,
  ) {
    gone.addEventListener("abort", () => this.drawn?.destroy());
  }

  async open(): Promise<void> {
    fill(this.out, this.head, this.days, this.body);
    // What draws is larger than all else: it comes while the service is asked.
    void import("./picture").catch(() => undefined);
    const redraw = () => this.redraw?.();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw, { signal: this.gone });
    window.addEventListener("theme", redraw, { signal: this.gone });
    await this.show();
  }

  private moved = settled(60, () => {
    history.replaceState(null, "", caseOf({ ...this.party, as_of: this.day }));
    void this.show();
  });

  /** Says that what is shown is not of the day that is asked for, or is again. */
  private busy(is: boolean): void {
    this.out.setAttribute("aria-busy", String(is));
  }

  /** Asks everything of the day, and shows it. */
  private async show(): Promise<void> {
    this.busy(true);
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.gone.addEventListener("abort", () => asking.abort());
    try {
      // Another snapshot may take the place of the one before in the midst of it: all of it is of one.
      for (let times = 0; times < TIMES; times++) {
        const answer = await this.screened(this.day, asking.signal);
        if (await this.about(answer, asking.signal)) return this.busy(false);
        if (asking.signal.aborted) return;
      }
      throw new Error("The data change faster than they can be shown; try again.");
    } catch (error) {
      if (asking.signal.aborted) return;
      this.busy(false);
      // Nothing of another day may stay beside it.
      this.clear();
      this.head.className = "verdict-box error";
      fill(this.head, trouble(error));
    }
  }

  private screened(as_of: string, signal: AbortSignal): Promise<Screened> {
    return post<Screened>("/v1/screen", { ...this.party, as_of, limit: 20 }, signal);
  }

  private clear(): void {
    this.drawn?.destroy();
    [this.drawn, this.redraw, this.entity, this.slider] = [undefined, undefined, undefined, undefined];
    [this.answer, this.snapshot] = [undefined, undefined];
    fill(this.body);
    fill(this.days);
  }

  private verdict(answer: Screened): void {
    this.answer = answer;
    const known = answer.lists_checked.map((list) => `${list.list} ${list.checked_until ?? "(nobody says)"}`);
    const missing = unknowns(answer);
    const match = gravest(answer);
    const exposure = match?.exposures[0];
    const first = match && exposure && { entity: match.entity, exposure };
    this.head.className = `verdict-box ${answer.verdict}`;
    fill(
      this.head,
      element("p", { class: `verdict ${answer.verdict}` }, word(answer.verdict)),
      element("h1", {}, verdict(answer)),
      first && element("p", {}, sentence(first.entity.name, first.exposure)),
      missing.length > 0 && element("h2", {}, "What is not known"),
      missing.length > 0 && element("ul", { class: "unknown" }, missing.map((one) => element("li", {}, one))),
      notes(answer.notes),
      element(
        "p",
        { class: "soft" },
        `Lists checked to: ${known.join(", ")}. Rules: ${answer.rules.join(", ")}. Snapshot ${answer.snapshot}, seal ${answer.seal}.`,
      ),
      element("button", { type: "button", click: () => void this.save() }, "Save as HTML"),
      element("button", { type: "button", click: () => window.print() }, "Print"),
    );
  }

  private async save(): Promise<void> {
    while (this.out.getAttribute("aria-busy") === "true") await new Promise((done) => setTimeout(done, 50));
    const answer = this.answer;
    if (answer && !this.gone.aborted) await save(`${answer.query.name} ${answer.as_of}`, this.out, this.drawn?.image());
  }

  /** The entity that the case is about: of a match that day, else today, else of exactly this name. */
  private async subject(answer: Screened, signal: AbortSignal): Promise<string | undefined> {
    const match = this.shown(answer);
    if (match) return match.entity.id;
    // On a day on which nothing fits, its owners are worth a look all the same.
    if (this.entity) return this.entity;
    const now = await this.screened(today(), signal);
    if (now.matches[0]) return now.matches[0].entity.id;
    const found = await get<{ entities: Found[] }>(path("/v1/entities", { name: this.party.name, limit: "1" }), signal);
    const first = found.entities[0];
    return first && first.name.toLowerCase() === this.party.name?.toLowerCase() ? first.entity.id : undefined;
  }

  /** The match that is shown: the one chosen, else the one that the verdict rests on. */
  private shown(answer: Screened): Match | undefined {
    return answer.matches.find((match) => match.entity.id === this.chosen) ?? gravest(answer);
  }

  /** Asks for what belongs to the answer, and then shows all of it at once: it is of one day. Returns whether all of it is of one snapshot, too. */
  private async about(answer: Screened, signal: AbortSignal): Promise<boolean> {
    const id = await this.subject(answer, signal);
    if (!id) {
      this.clear();
      this.verdict(answer);
      this.range([], undefined);
      return true;
    }
    const as_of = answer.as_of;
    const [explained, owners] = await Promise.all([
      get<About<Explained>>(path(entityPath(id, "/explain"), { as_of, readings: "true" }), signal),
      get<About<Owners>>(path(entityPath(id, "/owners"), { as_of }), signal),
      import("./picture"),
    ]);
    const [one, drawn] = [explained.entities[0], owners.entities[0]];
    const same = (own: { snapshot: string }) => own.snapshot === answer.snapshot;
    if (!one || !drawn || signal.aborted || this.day !== as_of || !same(explained) || !same(owners)) return false;
    const known = this.entity === id && this.slider && this.snapshot === answer.snapshot;
    const all = known ? undefined : await get<About<Turn[]>>(entityPath(id, "/timeline"), signal);
    if (this.day !== as_of || (all && !same(all))) return false;
    await this.parts(answer, this.shown(answer), one, drawn);
    if (all) this.range(all.entities[0] ?? [], id);
    else this.slider?.show(this.day);
    this.snapshot = answer.snapshot;
    return true;
  }

  private range(turns: Turn[], of: string | undefined): void {
    this.entity = of;
    this.slider = slider(turns, this.day, today(), (day) => {
      this.day = day;
      this.busy(true);
      this.moved();
    });
    fill(this.days, this.slider.element);
  }

  private async parts(answer: Screened, match: Match | undefined, explained: Explained, owners: Owners): Promise<void> {
    const { draw } = await import("./picture");
    if (this.gone.aborted) return;
    this.verdict(answer);
    const subject = explained.entity.name;
    const picked = element("div", { class: "picked", "aria-live": "polite" });
    const canvas = element("div", { class: "canvas", role: "img", "aria-label": pictured(owners) });
    const enlarge = (by: number) => () => canvas.dispatchEvent(new CustomEvent("enlarge", { detail: by }));
    const rows = owners.holdings.map((one) => one.holding);
    const exposures = match ? match.exposures : explained.exposures;
    const silent = (explained.not_known ?? []).map((one) => element("li", {}, `${one.said} `, element("code", {}, one.place)));
    fill(
      this.body,
      this.others(answer),
      element(
        "section",
        {},
        element("h2", {}, subject, explained.entity.country ? ` (${explained.entity.country})` : ""),
        element("p", { class: "soft" }, native(owners), element("code", {}, explained.entity.id)),
        exposures.length > 0
          ? element("ul", { class: "exposures" }, exposures.map((one) => exposure(subject, one)))
          : element("p", {}, `No list and no rule says anything of it on ${this.day}.`),
        match && alignment(match),
      ),
      element(
        "section",
        { class: "owners" },
        element("h2", {}, "Owners"),
        element("ul", { class: "legend" }, LEGEND.map(([kind, text]) => element("li", { class: kind }, text))),
        element(
          "div",
          { class: "tools unsaved" },
          element("button", { type: "button", click: enlarge(1.25), "aria-label": "Larger" }, "+"),
          element("button", { type: "button", click: enlarge(0.8), "aria-label": "Smaller" }, "−"),
          element("button", { type: "button", click: enlarge(0) }, "All"),
        ),
        canvas,
        owners.not_shown > 0 && element("p", {}, `${owners.not_shown} more owners are not drawn.`),
        picked,
        rows.length > 0
          ? folded(`The ${rows.length} holdings of the picture, with their records`, () => holdings("Holdings", rows))
          : element("p", { class: "soft" }, "No holding in it is recorded."),
        silent.length > 0 && element("ul", {}, silent),
        explained.holdings.length > 0 &&
          folded(`What it holds itself: ${explained.holdings.length}`, () => holdings("Its holdings", explained.holdings)),
      ),
      readings(explained),
      whatIf(explained, owners, answer, () => void this.show()),
      match && decide(this.party, match, () => void this.show()),
    );
    this.redraw = () => {
      this.drawn?.destroy();
      this.drawn = draw(canvas, owners, (what) => fill(picked, cited(owners, what)));
    };
    this.redraw();
  }

  /** The other matches, to choose from. */
  private others(answer: Screened): HTMLElement | null {
    if (answer.matches.length < 2) return null;
    const choose = (match: Match) => () => {
      this.chosen = match.entity.id;
      void this.show();
    };
    const shown = this.shown(answer);
    const one = (match: Match) =>
      element(
        "button",
        { type: "button", "aria-pressed": String(match === shown), click: choose(match) },
        `${match.entity.name}${match.entity.country ? ` (${match.entity.country})` : ""} ${match.score.toFixed(2)}${match.decision ? `, ${word(match.decision.outcome)}` : ""}`,
      );
    const hidden = answer.matches_total - answer.matches.length;
    return element(
      "section",
      { class: "matches", "aria-label": "Matches" },
      element("h2", {}, `${answer.matches_total} matches`),
      element("div", { class: "row" }, answer.matches.map(one)),
      hidden > 0 && element("p", {}, `${hidden} more matches are not shown.`),
    );
  }
}

const LEGEND: [string, string][] = [
  ["listed", "listed"],
  ["certain", "certainly reached"],
  ["possible", "possibly reached"],
  ["flag", "to be looked at"],
  ["other", "not reached"],
  ["counts", "thick line: counts"],
  ["weak", "dashed line: not documented"],
];

function native(owners: Owners): string {
  const own = owners.shown[0]?.native;
  return own ? `${own} · ` : "";
}

function pictured(owners: Owners): string {
  const listed = owners.shown.filter((one) => one.certainty === "listed").map((one) => one.name);
  const who = listed.length ? ` Listed are ${listed.join(", ")}.` : "";
  return `${owners.shown.length} entities and ${owners.holdings.length} holdings around ${owners.entity.name}.${who} The table below says the same.`;
}

/** The record of what was clicked. */
function cited(owners: Owners, what: { entity: number } | { holding: number }): HTMLElement | null {
  if ("holding" in what) {
    const one = owners.holdings[what.holding];
    if (!one) return null;
    const row: Holding = one.holding;
    return element(
      "div",
      {},
      element("p", {}, element("b", {}, `${row.holder} holds ${share(row)} of ${row.issuer}`), one.counts ? ", which counts." : "."),
      element("p", {}, `${word(row.confidence)}, ${days(row)}. Source: ${row.source || "none given"}. `, element("code", {}, row.place)),
      element("p", { class: "soft" }, `Its holder was joined by ${word(row.holder_joined_by)}, its issuer by ${word(row.issuer_joined_by)}.`),
    );
  }
  const one = owners.shown[what.entity];
  if (!one) return null;
  const lists = one.lists.length ? `on ${one.lists.join(", ")}` : "on no list";
  return element(
    "p",
    {},
    element("b", {}, one.name),
    one.native ? ` ${one.native}` : "",
    `${one.country ? ` (${one.country})` : ""}, ${one.certainty ?? "not reached"}, ${lists}. `,
    element("a", { href: caseOf({ name: one.name, country: one.country ?? "" }) }, "Open its case"),
  );
}

/** What each reading of each rule makes of it, side by side. */
function readings(explained: Explained): HTMLElement | null {
  const all = explained.readings ?? [];
  if (all.length === 0) return null;
  const rules = all.filter((one) => !one.rule.includes("/")).map((one) => one.rule);
  const kinds = [...new Set(all.map((one) => one.rule.split("/")[1] ?? ""))];
  const cell = (rule: string, kind: string) => {
    const one = all.find((own) => own.rule === (kind ? `${rule}/${kind}` : rule));
    if (!one) return "";
    const multiplied = kind === "multiplied" && one.effective_share;
    if (multiplied) return element("span", {}, element("span", { class: `verdict ${one.verdict}` }, one.verdict), ` ${word(one.certainty ?? "")} ${percent(multiplied)} multiplied through`);
    const what = one.share ? `${word(one.certainty ?? "")} ${percent(one.share)}` : word(one.certainty ?? "");
    return element("span", {}, element("span", { class: `verdict ${one.verdict}` }, one.verdict), ` ${what}`);
  };
  const rows = rules.map((rule) => [rule, ...kinds.map((kind) => cell(rule, kind))]);
  return element(
    "section",
    {},
    element("h3", {}, "Readings side by side"),
    table("Readings", ["Rule", ...kinds.map((kind) => kind || "as the rule is read")], rows),
  );
}
