/** Exposures with their proof, and how two names compare. */

import type { Cited, Exposure, Holding, Line, Match, Note } from "./api";
import { element, folded, table } from "./dom";
import { days, percent, sentence, share, word } from "./words";

/** A badge with a word in it. */
function badge(text: string, kind = ""): HTMLElement {
  return element("span", { class: `badge ${kind}` }, word(text));
}

/** An exposure in a sentence, with what it rests on to unfold. */
export function exposure(subject: string, one: Exposure): HTMLElement {
  const entry = (cited: Cited) => [
    cited.list,
    cited.name,
    cited.announcement,
    word(cited.status),
    cited.confidence,
    element("code", {}, cited.place),
  ];
  return element(
    "li",
    { class: `exposure ${one.certainty}` },
    element(
      "p",
      { class: "badges" },
      badge(one.certainty, one.certainty),
      badge(one.rule === "listing" ? "listing" : one.rule),
      badge(one.kind),
      one.restriction && badge(one.restriction),
      one.confidence && badge(one.confidence),
      one.share && one.basis !== "control" && badge(percent(one.share)),
      one.treatment && badge(`no more than a ${one.treatment} by the profile`),
    ),
    element("p", {}, sentence(subject, one)),
    one.effect && element("p", { class: "soft" }, one.effect),
    folded(
      `Proof: ${one.evidence.length} holdings, ${one.listed.length} list entries`,
      () => [
        one.evidence.length > 0 && holdings("Holdings that count, each holder reached before", one.evidence),
        table("List entries", ["List", "Name", "Announcement", "Status", "Confidence", "Place"], one.listed.map(entry)),
      ],
    ),
  );
}

/** Holdings with the records that they come from. */
export function holdings(caption: string, all: Holding[]): HTMLElement {
  const headings = ["Holder", "Issuer", "Share", "Days", "Confidence", "Source", "Place"];
  const row = (one: Holding) => [
    one.holder,
    one.issuer,
    share(one),
    days(one),
    one.confidence,
    one.source,
    element("code", {}, one.place),
  ];
  return table(caption, headings, all.map(row));
}

/** How the name asked and the name found compare: the points add up to the score. */
export function alignment(match: Match): HTMLElement {
  const row = (line: Line) => [line.query, line.name, word(line.kind), line.points.toFixed(4)];
  return folded(
    `How the names compare: score ${match.score}`,
    () =>
      table("Alignment", ["Asked", "Found", "How", "Points"], [
        ...match.alignment.map(row),
        ["", element("b", {}, "Score"), match.tier, element("b", {}, match.score.toFixed(4))],
      ]),
  );
}

/** Notes, each with the place of what it is about. */
export function notes(all: Note[]): HTMLElement | null {
  if (all.length === 0) return null;
  return element(
    "ul",
    { class: "notes" },
    all.map((note) => element("li", {}, note.text, note.place && element("code", {}, ` ${note.place}`))),
  );
}
