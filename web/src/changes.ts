/** What changed from one day to another. */

import { type Entity, type Exposure, get, path } from "./api";
import { caseOf, today } from "./case";
import { element, field, fill, table, trouble } from "./dom";
import { word } from "./words";

interface Change {
  kind: string;
  change: string;
  what: string;
  fields?: { field: string; before: string; after: string }[];
  place?: { before: string | null; after: string | null };
  entity?: Entity;
  verdict?: { before: string; after: string };
  because?: string[];
  rules?: { rule: string; before: Exposure[]; after: Exposure[] }[];
}

/** Changes shown at once: a list that came to an end changes thousands. */
const SHOWN = 500;

function before(day: string, days: number): string {
  return new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);
}

function verdictOf(text: string | undefined): HTMLElement {
  return element("span", { class: `verdict ${text ?? ""}` }, text ?? "");
}

function entityRow(one: Change, to: string): (string | HTMLElement)[] {
  const name = one.entity?.name ?? one.what;
  const rules = (one.rules ?? []).map((own) => own.rule).join(", ");
  return [
    element("a", { href: caseOf({ name, country: one.entity?.country ?? "", as_of: to }) }, name),
    element("span", {}, verdictOf(one.verdict?.before), " → ", verdictOf(one.verdict?.after)),
    rules,
    (one.because ?? []).join("; "),
  ];
}

function recordRow(one: Change): (string | HTMLElement)[] {
  const fields = (one.fields ?? []).map((own) => `${own.field}: ${word(own.before) || "nothing"} → ${word(own.after) || "nothing"}`);
  return [word(one.kind), word(one.change), one.what, fields.join("; "), element("code", {}, one.place?.after ?? one.place?.before ?? "")];
}

function part(title: string, headings: string[], rows: (string | HTMLElement)[][]): HTMLElement {
  const more = rows.length - SHOWN;
  return element(
    "section",
    {},
    element("h2", {}, `${title}: ${rows.length}`),
    rows.length > 0 && table(title, headings, rows.slice(0, SHOWN)),
    more > 0 && element("p", {}, `${more} more are not shown; parentage changes writes all.`),
  );
}

export function changesPage(main: HTMLElement, asked: URLSearchParams, gone: AbortSignal): void {
  const to = element("input", { type: "date", value: asked.get("to") ?? today(), required: true });
  const from = element("input", { type: "date", value: asked.get("from") ?? before(to.value, 30), required: true });
  const out = element("div", { "aria-live": "polite" });
  let asking: AbortController | undefined;
  const load = async () => {
    // An answer that comes late is one to another question.
    asking?.abort();
    const own = new AbortController();
    asking = own;
    gone.addEventListener("abort", () => own.abort());
    history.replaceState(null, "", `#/changes?${new URLSearchParams({ from: from.value, to: to.value })}`);
    fill(out, element("p", { class: "soft" }, "Comparing …"));
    try {
      const answer = await get<{ changes: Change[] }>(path("/v1/changes", { from: from.value, to: to.value }), own.signal);
      const all = answer.changes.filter((one) => one.kind !== "none");
      const entities = all.filter((one) => one.verdict);
      const records = all.filter((one) => !one.verdict);
      if (all.length === 0) return fill(out, element("p", {}, "Nothing changed between these days."));
      fill(
        out,
        part("Of whom another thing is said", ["Entity", "Verdict", "Rules", "Because"], entities.map((one) => entityRow(one, to.value))),
        part("Records", ["What", "Change", "Record", "Fields", "Place"], records.map(recordRow)),
      );
    } catch (error) {
      if (!own.signal.aborted) fill(out, trouble(error));
    }
  };
  document.title = "Changes – parentage";
  const submit = (event: Event) => {
    event.preventDefault();
    void load();
  };
  fill(
    main,
    element("h1", {}, "What changed"),
    element("form", { class: "row", submit }, field("From", from), field("To", to), element("button", { type: "submit", class: "main" }, "Compare")),
    out,
  );
  void load();
}
