/** The customers that are watched: whom, the alerts that stand, and which were new or gone. */

import { get, path } from "./api";
import { caseOf } from "./case";
import { element, field, fill, table, trouble } from "./dom";
import { chooser, sends } from "./upload";
import { word } from "./words";

interface Alert {
  party_id: string;
  party: string;
  verdict: string;
  entity?: string;
  score?: number;
  rule?: string;
  lists?: string[];
  note?: string;
  fields?: Record<string, string>;
  declared_owners?: number;
}

interface Event {
  number: number;
  at: string;
  change: string;
  as_of: string;
  alert: Alert;
}

interface State {
  customers: { digest: string; format: string; profile: string | null; by: string; at: string } | null;
  running: { parties: number } | null;
  last_run: { at: string; as_of: string; parties: number; screened: number; unread: number; messages?: string[]; took: number } | null;
  failed: string | null;
  alerts: { hit: number; review: number };
  events: number;
  webhooks: { to: string; number: number; at?: string; failed?: string; failures?: number }[];
}

/** Milliseconds between two looks at what is watched. */
const LOOK = 2_000;

/** Alerts and events of one part. */
const PART = 200;

function moment(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}

function cells(alert: Alert): (string | HTMLElement)[] {
  const party: Record<string, string> = { name: alert.party, id: alert.party_id, ...alert.fields };
  // What it declares of its owners stands in the file alone: a case without them would be another.
  const declares = alert.declared_owners ? `${alert.party} (declares ${alert.declared_owners} owners)` : null;
  const why = alert.note ?? [alert.rule, ...(alert.lists ?? [])].filter(Boolean).join(", ");
  return [
    element("span", { class: `verdict ${alert.verdict}` }, alert.verdict),
    declares ?? element("a", { href: caseOf(party) }, alert.party),
    alert.party_id,
    alert.entity ?? "",
    alert.score === undefined ? "" : alert.score.toFixed(2),
    why,
  ];
}

const ALERT = ["Verdict", "Customer", "Id", "Entity", "Score", "Why"];

function about(state: State): HTMLElement {
  const ran = state.last_run;
  const running = state.running && `${state.running.parties} customers looked at in the run that is under way.`;
  const last = ran && `Looked at on ${moment(ran.at)} for ${ran.as_of}: ${ran.parties} customers, of whom ${ran.screened} were screened anew, in ${ran.took} ms.`;
  const unread = ran && ran.unread > 0 && `${ran.unread} rows could not be read: nobody watches these.`;
  const hook = (one: State["webhooks"][number]) =>
    element(
      "li",
      {},
      `${one.to}: ${one.number} of ${state.events} events taken${one.at ? `, last tried ${moment(one.at)}` : ""}`,
      one.failed && element("span", { class: "trouble" }, `, failed ${one.failures ?? 1} times: ${one.failed}`),
    );
  return element(
    "div",
    {},
    state.customers
      ? element("p", {}, `Given by ${state.customers.by} on ${moment(state.customers.at)}${state.customers.profile ? `, watched under ${state.customers.profile}` : ""}.`)
      : element("p", {}, "Nobody is watched yet. Give a file of customers, with a column name."),
    running && element("p", {}, running),
    last && element("p", { class: "soft" }, last),
    unread && element("p", { class: "trouble" }, unread),
    ran?.messages && element("ul", { class: "notes" }, ran.messages.map((one) => element("li", {}, one))),
    state.failed && element("p", { class: "trouble" }, `The last run failed: ${state.failed}`),
    element(
      "ul",
      { class: "counts" },
      element("li", { class: "hit" }, element("b", {}, state.alerts.hit), "hit"),
      element("li", { class: "review" }, element("b", {}, state.alerts.review), "review"),
    ),
    state.webhooks.length > 0 && element("ul", {}, state.webhooks.map(hook)),
  );
}

export function portfolioPage(main: HTMLElement, gone: AbortSignal): void {
  const [head, told, events, alerts] = [element("div"), element("div", { "aria-live": "polite" }), element("div"), element("div")];
  const file = chooser();
  let seen = "";

  const load = async () => {
    const state = await get<State>("/v1/portfolio", gone);
    fill(head, about(state));
    const now = `${state.events} ${state.last_run?.at}`;
    if (now === seen) return;
    seen = now;
    const after = String(Math.max(0, state.events - PART));
    const [log, standing] = await Promise.all([
      get<{ events: Event[] }>(path("/v1/portfolio/events", { after, limit: String(PART) }), gone),
      get<{ total: number; alerts: Alert[] }>(path("/v1/portfolio/alerts", { limit: String(PART) }), gone),
    ]);
    const row = (one: Event) => [moment(one.at), word(one.change), ...cells(one.alert)];
    const rows = log.events.reverse().map(row);
    fill(events, rows.length ? table("New and gone", ["When", "", ...ALERT], rows) : element("p", {}, "Nothing yet."));
    const more = standing.total - standing.alerts.length;
    fill(
      alerts,
      standing.total ? table("Alerts", ALERT, standing.alerts.map(cells)) : element("p", {}, "No alert stands."),
      more > 0 && element("p", {}, `${more} more; /v1/portfolio/alerts has all.`),
    );
  };
  const look = async () => {
    try {
      await load();
    } catch (error) {
      if (!gone.aborted) fill(head, trouble(error));
    }
    setTimeout(() => gone.aborted || void look(), LOOK);
  };
  const taken = async (_: Response, name: string) => {
    fill(told, element("p", {}, `${name} is watched now.`));
    await load();
  };
  const submit = sends({ file, method: "PUT", to: "/v1/portfolio", options: () => ({}), told, gone, taken });
  document.title = "Portfolio – parentage";
  fill(
    main,
    element("h1", {}, "Portfolio"),
    head,
    element("form", { class: "row", submit }, field("Customers", file), element("button", { type: "submit", class: "main" }, "Watch them")),
    told,
    element("h2", {}, "New and gone"),
    events,
    element("h2", {}, "Alerts that stand"),
    alerts,
  );
  void look();
}
