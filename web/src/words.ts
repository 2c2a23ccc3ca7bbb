/** What the service says, in sentences. */

import type { Cited, Exposure, Holding, Match, Range, Screened } from "./api";

/** A word of the service as it is read. */
export function word(text: string): string {
  return text.replaceAll("_", " ");
}

export function percent(range: Range): string {
  return range.low === range.high ? `${range.low} %` : `${range.low} to ${range.high} %`;
}

/** What a holding says of the share. */
export function share(row: Holding): string {
  if (row.interest === "branch") return "branch";
  if (row.share_min === null || row.share_max === null)
    return row.interest === "control" ? "control, share unknown" : `share unknown`;
  const low = row.min_exclusive ? `more than ${row.share_min}` : row.share_min;
  const high = row.max_exclusive ? `less than ${row.share_max}` : row.share_max;
  const range = row.share_min === row.share_max ? `${row.share_min} %` : `${low} to ${high} %`;
  return row.interest === "equity" ? range : `${range} ${row.interest}`;
}

export function days(row: Holding): string {
  const since = row.since ? `since ${row.since}` : "";
  const until = row.until ? `until ${row.until}` : "";
  return [since, until].filter(Boolean).join(", ") || "no dates recorded";
}

function names(all: string[]): string {
  const each = [...new Set(all)];
  const last = each.pop() ?? "";
  return each.length ? `${each.join(", ")} and ${last}` : last;
}

function standing(cited: Cited): string {
  return cited.status === "in_force" ? "in force" : word(cited.status);
}

/** One exposure in a sentence. */
export function sentence(subject: string, one: Exposure): string {
  const confirm = one.confirm ? " This rests on what is announced, not yet on official text." : "";
  if (one.certainty === "listed") {
    const lists = names(one.listed.map((cited) => `${cited.list} (${cited.announcement}, ${standing(cited)})`));
    const rule = one.rule === "listing" ? "" : `, which ${one.rule} counts as its own start`;
    return `${subject} is on ${lists}${rule}.${confirm}`;
  }
  const holders = names(one.listed.map((cited) => cited.name));
  const lists = names(one.listed.map((cited) => `${cited.list}, ${standing(cited)}`));
  if (one.basis === "control") return `${subject} is controlled by ${holders} (${lists}), under ${one.rule}.${confirm}`;
  const counted = one.share ? `${percent(one.share)} of ${subject} counts` : `${subject} counts`;
  const how: Record<string, string> = {
    certain: `${counted} as owned by ${holders} (${lists})${one.share && one.share.low === one.share.high ? "" : ", however the unknown shares fall"}`,
    possible: `${counted} perhaps as owned by ${holders} (${lists}): it depends on shares that nobody has recorded`,
    flag: `${subject} is below the threshold, and ${holders} (${lists}) has a stake that a person should look at`,
  };
  const status = one.rule_status && one.rule_status !== "in_force" ? `, a rule that is ${word(one.rule_status)}` : "";
  return `${how[one.certainty] ?? counted}, under ${one.rule}${status}.${confirm}`;
}

const KINDS: Record<string, string> = {
  listing: "by a listing",
  law: "by law",
  policy: "by house policy alone, no law says so",
};

/** Whether a person decided that a match is none, and that still stands. */
export function settled(match: Match): boolean {
  return match.decision?.outcome === "false_match" && match.decision.stands;
}

/** The match that the verdict rests on: the first of which something is said and that nobody has settled. */
export function gravest(answer: Screened): Match | undefined {
  return answer.matches.find((match) => match.exposures.length > 0 && !settled(match)) ?? answer.matches[0];
}

/** The verdict in a sentence: what, on which day, and on what ground. */
export function verdict(answer: Screened): string {
  const asked = answer.query.name;
  const first = gravest(answer);
  const exposure = first?.exposures[0];
  const ground = answer.verdict_kind ? `, ${KINDS[answer.verdict_kind] ?? answer.verdict_kind}` : "";
  const dismissed = first && settled(first);
  switch (answer.verdict) {
    case "hit":
      return `${asked} is a hit on ${answer.as_of}${ground}.`;
    case "review":
      return `${asked} needs a person's look on ${answer.as_of}${exposure ? "" : ", for the notes below"}.`;
    case "clear":
      if (dismissed) return `${asked} is clear on ${answer.as_of}, since a person decided that the match is false.`;
      return first
        ? `${asked} is clear on ${answer.as_of}: what is said of those it resembles restricts nothing then.`
        : `${asked} is clear on ${answer.as_of}: nothing that is listed or reached has a name near it.`;
    default:
      return `${asked} could not be screened.`;
  }
}

const OWNERSHIP: Record<string, string> = {
  none: "No owner of it is recorded: nothing was looked through.",
  partial: "Not every owner above it is recorded: somebody unrecorded may hold the rest.",
};

/** What nobody knows, sentence by sentence. */
export function unknowns(answer: Screened): string[] {
  const all: string[] = [];
  const ownership = OWNERSHIP[answer.ownership];
  if (ownership) all.push(ownership);
  const exposures = answer.matches.flatMap((match) => match.exposures);
  const cited = new Map(exposures.flatMap((one) => one.evidence).map((row) => [row.place, row]));
  const weak = [...cited.values()].filter((row) => row.confidence !== "documented");
  if (weak.length) all.push(`${weak.length} of ${cited.size} holdings that it rests on are not documented.`);
  if (answer.confirm) all.push("The gravest exposure is to be confirmed: official text is not out yet.");
  const blind = answer.lists_checked.filter((list) => !list.checked_until).map((list) => list.list);
  if (blind.length) all.push(`Nobody says how far ${names(blind)} was checked.`);
  const behind = answer.lists_checked.filter((list) => list.checked_until && list.checked_until < answer.as_of);
  if (behind.length) {
    const each = behind.map((list) => `${list.list} (to ${list.checked_until})`);
    all.push(`Lists were checked only up to a day before this one: ${names(each)}.`);
  }
  const rejected = answer.rejected;
  if (rejected && rejected.lists + rejected.holdings > 0)
    all.push(`${rejected.lists + rejected.holdings} rows of the data could not be read.`);
  return all;
}
