/** A person's word on a match: whether it is one, why, and who says so. */

import { type Decision, type Match, hasToken, post } from "./api";
import { element, field, fill, trouble } from "./dom";
import { word } from "./words";

const OUTCOMES: [string, string][] = [
  ["false_match", "False match: the party is somebody else"],
  ["true_match", "True match: it is the party"],
  ["unsure", "Unsure: nobody can say yet"],
];

/** Who decided last in this browser; asked for where no token says it. */
const BY = "parentage-by";

function decided(decision: Decision): HTMLElement {
  const changed = decision.changed ?? [];
  return element(
    "div",
    { class: decision.stands ? "decided" : "decided lapsed" },
    element("p", {}, element("b", {}, word(decision.outcome)), ` by ${decision.by} on ${decision.at}: ${decision.reason}`),
    !decision.stands && element("p", {}, "It no longer stands, since something changed that it rested on:"),
    !decision.stands && element("ul", {}, changed.map((one) => element("li", {}, one))),
  );
}

/** The form for a match of a party; `done` is called once a decision is kept. */
export function decide(party: Record<string, unknown>, match: Match, done: () => void): HTMLElement {
  const radio = ([value, label]: [string, string]) =>
    element("label", { class: "radio" }, element("input", { type: "radio", name: "outcome", value, required: true }), label);
  const reason = element("textarea", { name: "reason", required: true, maxlength: 1000, rows: 2 });
  const by = element("input", { name: "by", required: true, maxlength: 200, autocomplete: "name" });
  by.value = localStorage.getItem(BY) ?? "";
  const told = element("div", { "aria-live": "polite" });
  const submit = async (event: Event) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const outcome = new FormData(form).get("outcome");
    const who = hasToken() ? {} : { by: by.value };
    try {
      await post("/v1/decisions", { party, entity: match.entity.id, outcome, reason: reason.value, ...who });
      if (!hasToken()) localStorage.setItem(BY, by.value);
      done();
    } catch (error) {
      fill(told, trouble(error));
    }
  };
  return element(
    "section",
    { class: "decide" },
    element("h3", {}, "Decide"),
    match.decision && decided(match.decision),
    element(
      "form",
      { submit },
      element("fieldset", {}, element("legend", {}, `${match.entity.name} is a`), OUTCOMES.map(radio)),
      element("div", { class: "row" }, field("Why", reason), !hasToken() && field("Who decides", by)),
      element("button", { type: "submit", class: "main" }, "Keep the decision"),
      element("p", { class: "soft" }, "It is kept for today, with what it rests on, and lapses once that is another."),
    ),
    told,
  );
}
