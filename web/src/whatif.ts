/** What would be said if a holding were another. */

import { type Explained, type Holding, type Margin, entityPath, post } from "./api";
import { element, field, fill, settled, trouble } from "./dom";
import { exposure } from "./proof";
import { share, word } from "./words";

/** How far each rule is from its threshold, in words. */
function margin(one: Margin): HTMLElement {
  const missed = one.percent_points.startsWith("-");
  const points = missed ? one.percent_points.slice(1) : one.percent_points;
  const by = one.holders.length ? ` by ${one.holders.join(", ")}` : "";
  const text = missed
    ? `${one.rule}: its threshold is missed by ${points} percent points.`
    : `${one.rule}: its threshold is passed by ${points} percent points${by}.`;
  const change = one.change
    ? ` It turns where ${one.change.holder} holds ${one.change.to} % of ${one.change.issuer}`
    : "";
  return element("li", {}, text, change);
}

/** A form for one holding and another share, answered while it is filled in. */
export function whatIf(explained: Explained, rows: Holding[], verdict: string, day: string): HTMLElement {
  const known = rows.filter((row) => row.interest !== "branch" && row.interest !== "control");
  const first = explained.margins.find((one) => one.change)?.change;
  const option = (row: Holding, at: number) => {
    const chosen = first && row.holder === first.holder && row.issuer === first.issuer;
    return element("option", { value: at, selected: chosen }, `${row.holder} in ${row.issuer} (${share(row)})`);
  };
  const select = element("select", {}, known.map(option));
  const input = element("input", {
    type: "number",
    min: 0,
    max: 100,
    step: "any",
    value: first?.to ?? "",
    placeholder: "percent",
  });
  const result = element("div", { class: "result", "aria-live": "polite" });
  let asking: AbortController | undefined;
  const ask = async () => {
    const row = known[Number(select.value)];
    if (!row || input.value === "" || !input.validity.valid) return fill(result);
    asking?.abort();
    asking = new AbortController();
    const interest = row.interest === "votes" || row.interest === "unspecified" ? row.interest : "equity";
    // The holding is supposed as it would be recorded: by the names of its ends.
    const suppose = [{ holder: row.holder, issuer: row.issuer, share: input.value, interest }];
    try {
      const answer = await post<{ entities: Explained[] }>(
        entityPath(explained.entity.id, "/explain"),
        { as_of: day, suppose },
        asking.signal,
      );
      const supposed = answer.entities[0]?.what_if;
      if (!supposed) return fill(result);
      const flips = supposed.verdict !== verdict;
      fill(
        result,
        element(
          "p",
          { class: "flip" },
          element("span", { class: `verdict ${verdict}` }, word(verdict)),
          flips ? " becomes " : " stays ",
          element("span", { class: `verdict ${supposed.verdict}` }, word(supposed.verdict)),
          `, supposing that ${supposed.supposed.join("; ")}.`,
        ),
        element("ul", { class: "exposures" }, supposed.exposures.map((one) => exposure(explained.entity.name, one))),
      );
    } catch (error) {
      if (!(error instanceof DOMException)) fill(result, trouble(error));
    }
  };
  input.addEventListener("input", settled(120, ask));
  select.addEventListener("change", ask);
  const form = element(
    "form",
    { class: "row", submit: (event) => (event.preventDefault(), void ask()) },
    field("Holding", select),
    field("Supposed share, in percent", input),
    element("button", { type: "submit" }, "What if"),
  );
  return element(
    "section",
    { class: "whatif" },
    element("h3", {}, "What if"),
    element("ul", { class: "margins" }, explained.margins.map(margin)),
    known.length ? form : element("p", { class: "soft" }, "No shareholding above it is recorded that could be another."),
    result,
  );
}
