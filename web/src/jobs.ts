/** Files of parties: hand one in, watch it, take its result. */

import { asked, get } from "./api";
import { today } from "./case";
import { element, field, fill, table, trouble } from "./dom";
import { download } from "./save";
import { chooser, sends } from "./upload";

interface Job {
  id: string;
  state: string;
  created: number;
  snapshot: string;
  verdicts: Record<string, number> | null;
  messages: string[];
  result?: string;
}

/** Milliseconds between two looks at a job that runs. */
const LOOK = 500;

const VERDICTS = ["hit", "review", "clear", "error"];

function ended(job: Job): boolean {
  return ["done", "failed", "cancelled"].includes(job.state);
}

function counts(job: Job): HTMLElement {
  const one = (verdict: string) =>
    element("li", { class: verdict }, element("b", {}, job.verdicts?.[verdict] ?? 0), verdict);
  return element("ul", { class: "counts" }, VERDICTS.map(one));
}

function when(job: Job): string {
  return new Date(job.created * 1000).toISOString().slice(0, 16).replace("T", " ");
}

/** The page of all jobs. */
export function jobsPage(main: HTMLElement, gone: AbortSignal): void {
  const file = chooser();
  const day = element("input", { type: "date", value: today(), required: true });
  const out = element("select", {}, ["csv", "jsonl", "xlsx"].map((one) => element("option", {}, one)));
  const [told, all] = [element("div", { "aria-live": "polite" }), element("div")];
  const options = () => ({ as_of: day.value, out: out.value });
  const taken = async (answer: Response) => {
    const made: Job = await answer.json();
    location.hash = `#/jobs/${made.id}`;
  };
  const submit = sends({ file, method: "POST", to: "/v1/jobs", options, told, gone, taken });
  const load = async () => {
    try {
      const { jobs } = await get<{ jobs: Job[] }>("/v1/jobs", gone);
      const row = (job: Job) => [
        element("a", { href: `#/jobs/${job.id}` }, when(job)),
        job.state,
        ...VERDICTS.map((verdict) => job.verdicts?.[verdict] ?? 0),
      ];
      fill(all, jobs.length ? table("Files", ["Came", "State", ...VERDICTS], jobs.map(row)) : element("p", {}, "No file was handed in yet."));
    } catch (error) {
      if (!gone.aborted) fill(all, trouble(error));
    }
  };
  document.title = "Files – parentage";
  fill(
    main,
    element("h1", {}, "Files of parties"),
    element("p", { class: "soft" }, "A file with a column name, as CSV, XLSX, JSON lines or Parquet."),
    element("form", { class: "row", submit }, field("File", file), field("Day", day), field("Result as", out), element("button", { type: "submit", class: "main" }, "Screen the file")),
    told,
    element("h2", {}, "Handed in"),
    all,
  );
  void load();
}

/** The page of one job. */
export function jobPage(main: HTMLElement, id: string, gone: AbortSignal): void {
  const out = element("div", { "aria-live": "polite" });
  const base = `/v1/jobs/${encodeURIComponent(id)}`;
  const take = async (job: Job) => {
    const response = await asked(`${base}/result`, { signal: gone });
    const kind = response.headers.get("content-type") ?? "";
    const ending = kind.includes("csv") ? "csv" : kind.includes("json") ? "jsonl" : kind.includes("sheet") ? "xlsx" : "dat";
    download(await response.blob(), `parentage-${job.id}.${ending}`);
  };
  const end = async () => {
    await asked(base, { method: "DELETE", signal: gone }).catch((error) => fill(out, trouble(error)));
    void look();
  };
  const look = async () => {
    try {
      const job = await get<Job>(base, gone);
      const total = VERDICTS.reduce((sum, verdict) => sum + (job.verdicts?.[verdict] ?? 0), 0);
      fill(
        out,
        element("p", { class: "state" }, element("b", {}, job.state), `, ${total} parties answered, handed in ${when(job)} UTC`),
        !ended(job) && element("progress", { "aria-label": "The file is being screened" }),
        counts(job),
        job.messages.length > 0 && element("ul", { class: "notes" }, job.messages.map((one) => element("li", {}, one))),
        element(
          "div",
          { class: "row" },
          job.state === "done" &&
            element("button", { type: "button", class: "main", click: () => void take(job).catch((error) => fill(out, trouble(error))) }, "Take the result"),
          !ended(job) && element("button", { type: "button", click: () => void end() }, "Cancel"),
        ),
        element("p", { class: "soft" }, `Snapshot ${job.snapshot}`),
      );
      if (!ended(job)) setTimeout(() => gone.aborted || void look(), LOOK);
    } catch (error) {
      if (!gone.aborted) fill(out, trouble(error));
    }
  };
  document.title = "File – parentage";
  fill(main, element("h1", {}, "File ", element("code", {}, id)), out, element("p", {}, element("a", { href: "#/jobs" }, "All files")));
  void look();
}
