/** What is listed on a day, what is coming, and by which rules. */

import { type Basis, get, path } from "./api";
import { caseOf, today } from "./case";
import { element, field, fill, settled, table, trouble } from "./dom";
import { word } from "./words";

interface Entry {
  list: string;
  entry: string;
  name: string;
  name_native: string | null;
  announcement: string;
  published: string | null;
  effective: string | null;
  status: string;
  until: string | null;
  confirm: boolean;
  restriction: string | null;
  confidence: string;
  place: string;
}

interface Coming {
  day: string;
  of: string;
  announcement?: string;
  what: string;
  confirm: boolean;
  entries: number;
  names: string[];
}

interface Lists extends Basis {
  total: number;
  offset: number;
  entries: Entry[];
  coming?: Coming[];
}

interface Rule {
  id: string;
  title: string;
  kind: string;
  instrument: string;
  provision: string;
  threshold: string;
  comparison: string;
  status: string | null;
  confirm: boolean;
  unverified: string[];
  source: string;
}

/** Entries of one part of the table. */
const PART = 200;

function age(from: string, to: string): string {
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
  return days > 0 ? `${days} days before` : "up to this day";
}

export function listsPage(main: HTMLElement, asked: URLSearchParams, gone: AbortSignal): void {
  const day = element("input", { type: "date", value: asked.get("as_of") ?? today(), required: true });
  const list = element("select", {}, element("option", { value: "" }, "all"));
  const words = element("input", { type: "search", placeholder: "name or announcement" });
  const status = element("select", {}, ["", "in_force", "suspended", "stopped", "not_yet", "removed"].map((one) => element("option", { value: one }, word(one) || "all")));
  const [checked, coming, rules, entries] = [element("div"), element("div"), element("div"), element("div", { "aria-live": "polite" })];
  let offset = 0;
  let shown: Lists | undefined;
  let asking = new AbortController();
  // What was asked before is of another day, list or part.
  const anew = () => {
    asking.abort();
    asking = new AbortController();
    gone.addEventListener("abort", () => asking.abort());
    return asking.signal;
  };

  const drawEntries = () => {
    if (!shown) return;
    const asked = words.value.trim().toLowerCase();
    const fits = (one: Entry) =>
      (!status.value || one.status === status.value) &&
      (!asked || `${one.name} ${one.name_native ?? ""} ${one.announcement}`.toLowerCase().includes(asked));
    const part = shown.entries.filter(fits);
    const rows = part.map((one) => [
      one.list,
      element("a", { href: caseOf({ name: one.name, as_of: day.value }) }, one.name),
      one.name_native ?? "",
      one.announcement,
      `${word(one.status)}${one.confirm ? ", to be confirmed" : ""}`,
      one.until ? `until ${one.until}` : "",
      word(one.restriction ?? ""),
      one.confidence,
      element("code", {}, one.place),
    ]);
    const headings = ["List", "Name", "Native name", "Announcement", "Status", "", "Restricts", "Confidence", "Place"];
    const turn = (by: number) => () => {
      offset += by;
      void load();
    };
    fill(
      entries,
      element(
        "div",
        { class: "row" },
        element("button", { type: "button", disabled: offset === 0, click: turn(-PART) }, "Before"),
        element("span", {}, shown.total ? `${offset + 1} to ${offset + shown.entries.length} of ${shown.total}, ${part.length} shown` : "none"),
        element("button", { type: "button", disabled: offset + PART >= shown.total, click: turn(PART) }, "After"),
      ),
      table("Entries", headings, rows),
    );
  };
  const load = async (signal = anew()) => {
    try {
      const wanted = { as_of: day.value, list: list.value, offset: String(offset), limit: String(PART) };
      shown = await get<Lists>(path("/v1/lists", wanted), signal);
      if (list.options.length === 1) for (const one of shown.lists_checked) list.append(new Option(one.list, one.list));
      const row = (one: Lists["lists_checked"][number]) => [
        one.list,
        one.entries,
        one.checked_until ?? "nobody says",
        one.checked_until ? age(one.checked_until, day.value) : "",
        one.history ? "dated entries" : "as it is now",
      ];
      fill(checked, table("Lists", ["List", "Entries", "Checked until", "Age", "Answers for a day rest on"], shown.lists_checked.map(row)));
      drawEntries();
    } catch (error) {
      if (!signal.aborted) fill(entries, trouble(error));
    }
  };
  const loadAll = async () => {
    if (!day.validity.valid || !day.value) return;
    offset = 0;
    const signal = anew();
    try {
      const [all, known] = await Promise.all([
        get<Lists>(path("/v1/lists", { as_of: day.value, limit: "1" }), signal),
        get<{ rules_loaded: Rule[] }>(path("/v1/rules", { as_of: day.value }), signal),
        load(signal),
      ]);
      const next = all.coming ?? [];
      const told = (one: Coming) => [
        one.day,
        one.of,
        one.announcement ?? "",
        `${word(one.what)}${one.confirm ? ", to be confirmed" : ""}`,
        one.entries ? `${one.entries}: ${one.names.join(", ")}${one.entries > one.names.length ? " …" : ""}` : "",
      ];
      fill(
        coming,
        next.length
          ? table("Coming", ["Day", "List or rule", "Announcement", "What", "Entries"], next.map(told))
          : element("p", {}, `Nothing is known to change after ${day.value}.`),
      );
      const rule = (one: Rule) => [
        one.id,
        one.title,
        one.kind,
        `${one.threshold} % (${word(one.comparison)})`,
        `${one.status ? word(one.status) : "not published"}${one.confirm ? ", to be confirmed" : ""}`,
        `${one.instrument} ${one.provision}`,
        one.unverified.length ? `not verified: ${one.unverified.join("; ")}` : "",
      ];
      fill(rules, table("Rules", ["Rule", "Title", "Kind", "Threshold", "Status", "Instrument", ""], known.rules_loaded.map(rule)));
    } catch (error) {
      if (!signal.aborted) fill(coming, trouble(error));
    }
  };
  day.addEventListener("change", loadAll);
  list.addEventListener("change", () => {
    offset = 0;
    void load();
  });
  words.addEventListener("input", settled(80, drawEntries));
  status.addEventListener("change", drawEntries);
  document.title = "Lists – parentage";
  fill(
    main,
    element("h1", {}, "Lists"),
    element("div", { class: "row" }, field("Day", day)),
    checked,
    element("h2", {}, "What is coming"),
    element("p", { class: "soft" }, "What changes after this day, as far as it is recorded today."),
    coming,
    element("h2", {}, "Rules"),
    rules,
    element("h2", {}, "Entries"),
    element("div", { class: "row" }, field("List", list), field("Status", status), field("Words in this part", words)),
    entries,
  );
  void loadAll();
}
