/** What would be said if a holding were another. */

import { type About, type Drawn, type Explained, type Margin, type Owners, entityPath, post } from "./api";
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
    : points === "0"
      ? `${one.rule}: its threshold is reached exactly${by}.`
      : `${one.rule}: its threshold is passed by ${points} percent points${by}.`;
  const change = one.change
    ? ` It turns where ${one.change.holder} holds ${one.change.to} %${one.change.interest === "equity" ? "" : ` (${one.change.interest})`} of ${one.change.issuer}`
    : "";
  return element("li", {}, text, change);
}

/** A form for one holding and another share, answered while it is filled in. */
export function whatIf(explained: Explained, owners: Owners, shown: { as_of: string; snapshot: string }, anew: () => void): HTMLElement {
  const known = owners.holdings.filter((one) => one.holding.interest !== "branch" && one.holding.interest !== "control");
  const first = explained.margins.find((one) => one.change)?.change;
  const option = ({ holding: row }: Drawn, at: number) => {
    const same = (one: Margin["change"]) =>
      one && row.holder === one.holder && row.issuer === one.issuer && row.interest === one.interest;
    return element("option", { value: at, selected: same(first ?? null) }, `${row.holder} in ${row.issuer} (${share(row)})`);
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
    const one = known[Number(select.value)];
    asking?.abort();
    if (!one || input.value === "" || !input.validity.valid) return fill(result);
    asking = new AbortController();
    const row = one.holding;
    const interest = row.interest === "votes" || row.interest === "unspecified" ? row.interest : "equity";
    // By their ids: two companies may have one name.
    const [holder, issuer] = [owners.shown[one.from]?.id, owners.shown[one.to]?.id];
    const suppose = [{ holder, issuer, share: input.value, interest }];
    try {
      const answer = await post<About<Explained>>(
        entityPath(explained.entity.id, "/explain"),
        { as_of: shown.as_of, suppose },
        asking.signal,
      );
      // Another snapshot took the place of the one that is shown: all of it is shown anew.
      if (answer.snapshot !== shown.snapshot) return anew();
      const supposed = answer.entities[0]?.what_if;
      if (!supposed) return fill(result);
      const verdict = supposed.verdict_now;
      const flips = supposed.verdict !== verdict;
      fill(
        result,
        element(
          "p",
          { class: "flip" },
          element("span", { class: `verdict ${verdict}` }, word(verdict)),
          flips ? " becomes " : " stays ",
          element("span", { class: `verdict ${supposed.verdict}` }, word(supposed.verdict)),
          `, supposing that ${row.holder} holds ${input.value} %${interest === "equity" ? "" : ` (${interest})`} of ${row.issuer}.`,
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
