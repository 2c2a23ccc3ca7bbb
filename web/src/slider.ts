/** The day of a case: a slider over its days, with those marked on which something changed. */

import type { Turn } from "./api";
import { element, fill } from "./dom";
import { word } from "./words";

const DAY = 86_400_000;

/** Days before the first change and after the last that the slider shows. */
const AROUND = 60;

function number(day: string): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY);
}

function text(number: number): string {
  return new Date(number * DAY).toISOString().slice(0, 10);
}

export interface Slider {
  element: HTMLElement;
  /** Moves it to a day, without telling anybody. */
  show(day: string): void;
}

/** A slider over the turns of an entity; `moved` is told the day while it moves. */
export function slider(turns: Turn[], day: string, today: string, moved: (day: string) => void): Slider {
  const marked = turns.filter((turn): turn is Turn & { from: string } => turn.from !== null);
  const all = [...marked.map((turn) => number(turn.from)), number(today), number(day)];
  const [first, last] = [Math.min(...all) - AROUND, Math.max(...all) + AROUND];
  const range = element("input", { type: "range", id: "day-slider", min: first, max: last, step: 1, value: number(day) });
  range.setAttribute("aria-label", "Day");
  const exact = element("input", { type: "date", id: "day", value: day, required: true });
  const said = element("p", { class: "said", "aria-live": "polite" });
  const from = (at: number) => [...turns].reverse().find((turn) => turn.from === null || number(turn.from) <= at);

  const show = (day: string) => {
    const at = number(day);
    // A day outside, typed by somebody, widens it.
    if (at < Number(range.min)) range.min = String(at);
    if (at > Number(range.max)) range.max = String(at);
    range.value = String(at);
    range.setAttribute("aria-valuetext", day);
    exact.value = day;
    const turn = from(at);
    const since = turn?.from ? ` since ${turn.from}` : " as far back as is known";
    fill(said, turn ? [element("b", {}, word(turn.verdict)), since, turn.why.length ? `: ${word(turn.why.join("; "))}` : ""] : "");
    earlier.disabled = !marked.some((turn) => number(turn.from) < at);
    later.disabled = !marked.some((turn) => number(turn.from) > at);
  };
  const move = (day: string) => {
    show(day);
    moved(day);
  };
  const jump = (next: (at: number) => (Turn & { from: string }) | undefined) => () => {
    const turn = next(Number(range.value));
    if (turn) move(turn.from);
  };
  const earlier = element(
    "button",
    { type: "button", click: jump((at) => [...marked].reverse().find((turn) => number(turn.from) < at)) },
    "‹ Change before",
  );
  const later = element(
    "button",
    { type: "button", click: jump((at) => marked.find((turn) => number(turn.from) > at)) },
    "Change after ›",
  );
  range.addEventListener("input", () => move(text(Number(range.value))));
  exact.addEventListener("change", () => exact.validity.valid && exact.value && move(exact.value));

  const marks = marked.map((turn) => {
    const at = ((number(turn.from) - first) / (last - first)) * 1000;
    const tick = document.createElementNS("http://www.w3.org/2000/svg", "line");
    for (const [name, value] of Object.entries({ x1: at, x2: at, y1: 0, y2: 14 })) tick.setAttribute(name, String(value));
    tick.setAttribute("class", turn.verdict);
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    title.textContent = `${turn.from}: ${turn.verdict}`;
    tick.append(title);
    return tick;
  });
  const track = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  track.setAttribute("viewBox", "0 0 1000 14");
  track.setAttribute("preserveAspectRatio", "none");
  track.setAttribute("class", "marks");
  track.setAttribute("aria-hidden", "true");
  track.append(...marks);
  const now = element("button", { type: "button", click: () => move(today) }, "Today");
  const made = element(
    "section",
    { class: "slider", "aria-label": "Day" },
    element("div", { class: "row" }, element("label", { class: "field" }, element("span", {}, "Day"), exact), earlier, later, now),
    element("div", { class: "track" }, range, track),
    said,
  );
  show(day);
  return { element: made, show };
}
