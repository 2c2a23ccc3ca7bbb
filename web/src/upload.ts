/** A form that sends a file of parties. */

import { asked, path } from "./api";
import { element, fill, trouble } from "./dom";

/** Formats of a file by how its name ends. */
const FORMATS: Record<string, string> = { xlsx: "xlsx", jsonl: "jsonl", ndjson: "jsonl", parquet: "parquet" };

/** Where a file is chosen. */
export function chooser(): HTMLInputElement {
  return element("input", { type: "file", required: true, accept: ".csv,.xlsx,.jsonl,.ndjson,.parquet,.tsv,.txt" });
}

/** Where a file goes, and what happens when it was taken. */
interface Sending {
  file: HTMLInputElement;
  method: "POST" | "PUT";
  to: string;
  options: () => Record<string, string>;
  /** Where it is told what becomes of it. */
  told: HTMLElement;
  gone: AbortSignal;
  taken: (answer: Response, name: string) => Promise<void> | void;
}

/** Sends the chosen file when its form is submitted. */
export function sends({ file, method, to, options, told, gone, taken }: Sending): (event: Event) => void {
  const send = async (chosen: File) => {
    const format = FORMATS[chosen.name.split(".").pop()?.toLowerCase() ?? ""];
    fill(told, element("p", { class: "soft" }, `Sending ${chosen.name} …`));
    try {
      const headers = { "content-type": "application/octet-stream" };
      const answer = await asked(path(to, { ...options(), format }), { method, headers, body: chosen, signal: gone });
      await taken(answer, chosen.name);
    } catch (error) {
      if (!gone.aborted) fill(told, trouble(error));
    }
  };
  return (event) => {
    event.preventDefault();
    const chosen = file.files?.[0];
    if (chosen) void send(chosen);
  };
}
