/** The service, asked over HTTP, and what it answers. */

export interface Entity {
  id: string;
  name: string;
  country: string | null;
}

export interface Range {
  low: string;
  high: string;
}

export interface Holding {
  holder: string;
  issuer: string;
  interest: string;
  share_min: string | null;
  share_max: string | null;
  min_exclusive?: boolean;
  max_exclusive?: boolean;
  since: string | null;
  until: string | null;
  confidence: string;
  source: string;
  place: string;
  holder_joined_by: string;
  issuer_joined_by: string;
}

export interface Cited {
  list: string;
  name: string;
  announcement: string;
  status: string;
  confirm: boolean;
  confidence: string;
  place: string;
  joined_by: string;
}

export interface Exposure {
  rule: string;
  kind: string;
  rule_status: string | null;
  confirm: boolean;
  certainty: string;
  basis: string | null;
  share: Range | null;
  listing_status: string;
  restriction: string | null;
  confidence: string;
  effect: string;
  treatment?: string;
  evidence: Holding[];
  listed: Cited[];
}

export interface Line {
  query: string;
  name: string;
  kind: string;
  points: number;
}

export interface Decision {
  outcome: string;
  by: string;
  at: string;
  reason: string;
  stands: boolean;
  changed?: string[];
}

export interface Match {
  alert_id: string;
  score: number;
  tier: string;
  name: string;
  entity: Entity;
  alignment: Line[];
  exposures: Exposure[];
  decision?: Decision;
}

export interface Note {
  text: string;
  place?: string | null;
}

export interface Basis {
  as_of: string;
  snapshot: string;
  rules: string[];
  lists_checked: { list: string; entries: number; checked_until: string | null; history: boolean }[];
}

export interface Screened extends Basis {
  query: { name: string; country: string | null; id: string | null };
  verdict: string;
  verdict_kind: string | null;
  ownership: string;
  notes: Note[];
  confirm: boolean;
  matches_total: number;
  matches: Match[];
  rejected?: { lists: number; holdings: number };
  seal: string;
}

export interface Reading {
  rule: string;
  verdict: string;
  certainty: string | null;
  share: Range | null;
  effective_share: Range | null;
}

export interface Margin {
  rule: string;
  percent_points: string;
  holders: string[];
  change: { holder: string; issuer: string; interest: string; from: string | null; to: string } | null;
}

/** An answer about entities, and the snapshot that it comes from. */
export interface About<T> {
  entities: T[];
  snapshot: string;
}

export interface Explained {
  entity: Entity;
  ownership: string;
  owners: Holding[];
  holdings: Holding[];
  not_known?: { said: string; place: string }[];
  exposures: Exposure[];
  margins: Margin[];
  readings?: Reading[];
  what_if?: { supposed: string[]; verdict_now: string; verdict: string; exposures: Exposure[] };
}

/** A holding of a picture: its ends by their places among those shown. */
export interface Drawn {
  from: number;
  to: number;
  counts: boolean;
  holding: Holding;
}

export interface Owners {
  entity: Entity;
  shown: (Entity & { native?: string; certainty: string | null; lists: string[] })[];
  holdings: Drawn[];
  not_shown: number;
}

export interface Turn {
  from: string | null;
  verdict: string;
  said: { rule: string; certainty: string; lists: string[]; share: [string, string] | null }[];
  why: string[];
}

export interface Found {
  entity: Entity;
  name: string;
  native?: string;
  verdict: string;
  lists: string[];
}

/** What the service refuses, in its own words. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const TOKEN = "parentage-token";

/** Keeps a token until the browser is closed; none forgets it. */
export function keepToken(token: string): void {
  // A token has only such letters; others could not be sent.
  if (/^[!-~]+$/.test(token)) sessionStorage.setItem(TOKEN, token);
  else sessionStorage.removeItem(TOKEN);
}

export function hasToken(): boolean {
  return sessionStorage.getItem(TOKEN) !== null;
}

/** Asks the service; whatever is no answer becomes a `Refusal` with its reason. */
export async function asked(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.set("authorization", `Bearer ${token}`);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refusal(0, "The service does not answer. Is it still running?");
  }
  if (response.ok) return response;
  if (response.status === 401) window.dispatchEvent(new Event("token-wanted"));
  const problem = await response.json().catch(() => null);
  throw new Refusal(response.status, problem?.detail ?? `${response.status} ${response.statusText}`);
}

/** An object that the service answers. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await asked(path, { signal })).json();
}

/** The answer to an object. */
export async function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal };
  return (await asked(path, init)).json();
}

/** A path with parameters; blank ones are left out. */
export function path(base: string, parameters: Record<string, string | undefined>): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => !!pair[1]);
  return given.length ? `${base}?${new URLSearchParams(given)}` : base;
}

/** The path of an entity. */
export function entityPath(id: string, rest = ""): string {
  return `/v1/entities/${encodeURIComponent(id)}${rest}`;
}
