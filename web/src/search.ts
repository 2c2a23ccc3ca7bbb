/** The box that a name is typed into, with those it may be below: a combobox by the patterns of ARIA. */

import { type Found, get, path } from "./api";
import { element, fill, settled } from "./dom";

/**
 * Milliseconds of quiet before the service is asked: keys that are held or pasted come sooner. A typist's do not, and of a
 * million names the answer is there before the next (benches/page.mjs: 100 ms from key to names).
 */
const QUIET = 10;

export interface Search {
  element: HTMLElement;
  input: HTMLInputElement;
}

/** A box; `chosen` is told which of those found was taken. */
export function search(chosen: (found: Found) => void): Search {
  const input = element("input", {
    type: "search",
    id: "name",
    name: "name",
    role: "combobox",
    required: true,
    maxlength: 500,
    autocomplete: "off",
    spellcheck: "false",
    "aria-expanded": "false",
    "aria-controls": "found",
    "aria-autocomplete": "list",
    placeholder: "Name of the party",
  });
  const list = element("ul", { id: "found", role: "listbox", "aria-label": "Known names", hidden: true });
  let found: Found[] = [];
  let at = -1;
  let asking: AbortController | undefined;

  const close = () => {
    asking?.abort();
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const take = (number: number) => {
    const one = found[number];
    if (!one) return;
    close();
    input.value = one.name;
    chosen(one);
  };
  const mark = (number: number) => {
    at = number;
    [...list.children].forEach((one, own) => one.setAttribute("aria-selected", String(own === at)));
    const marked = list.children[at];
    marked?.scrollIntoView({ block: "nearest" });
    if (marked) input.setAttribute("aria-activedescendant", marked.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const option = (one: Found, number: number) =>
    element(
      "li",
      {
        id: `found-${number}`,
        role: "option",
        "aria-selected": "false",
        // Before the box loses the focus, which would close the list.
        mousedown: (event) => event.preventDefault(),
        click: () => take(number),
      },
      element("span", { class: `dot ${one.verdict}` }),
      element("span", { class: "who" }, one.name, one.name === one.entity.name ? "" : ` → ${one.entity.name}`),
      one.native && element("span", { class: "native" }, one.native),
      element("span", { class: "soft" }, [one.entity.country, ...one.lists, one.verdict].filter(Boolean).join(", ")),
    );
  const ask = async () => {
    const name = input.value.trim();
    asking?.abort();
    if (!name) return close();
    asking = new AbortController();
    try {
      const answer = await get<{ entities: Found[] }>(path("/v1/entities", { name, limit: "8" }), asking.signal);
      found = answer.entities;
      fill(list, found.map(option));
      list.hidden = found.length === 0;
      at = -1;
      input.setAttribute("aria-expanded", String(found.length > 0));
    } catch {
      close();
    }
  };
  const asked = settled(QUIET, ask);
  input.addEventListener("input", () => {
    // What was found for other letters is not what is typed now.
    found = [];
    mark(-1);
    asked();
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const last = found.length - 1;
    if (event.key === "ArrowDown") mark(at >= last ? 0 : at + 1);
    else if (event.key === "ArrowUp") mark(at <= 0 ? last : at - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && at >= 0) take(at);
    else {
      if (event.key === "Enter") close();
      return;
    }
    event.preventDefault();
  });
  const label = element("label", { for: "name" }, "Name");
  return { element: element("div", { class: "search" }, label, input, list), input };
}
