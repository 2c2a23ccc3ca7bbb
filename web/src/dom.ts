/** Elements from code. Text is only ever set as text: nothing that stands in the data can run. */

export type Child = Node | string | number | null | undefined | false | Child[];

type Handler = (event: Event) => void;
type Attributes = Record<string, string | number | boolean | null | undefined | Handler>;

/** An element with attributes (functions listen) and children; what is null or false is left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(key, value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  append(made, children);
  return made;
}

function append(parent: Node, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(parent, child);
    else parent.appendChild(typeof child === "object" ? child : document.createTextNode(String(child)));
  }
}

/** Puts children in the place of those an element has. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

/** A table with headings; a cell that is a number stands to the right. */
export function table(caption: string, headings: string[], rows: Child[][]): HTMLElement {
  // A day, an id or a list is one word: it breaks nowhere.
  const short = (child: Child) => typeof child === "string" && /^[\w:-]{1,20}$/.test(child);
  const cell = (child: Child) =>
    element("td", { class: typeof child === "number" ? "number" : short(child) ? "short" : null }, child);
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    element(
      "table",
      {},
      element("caption", { class: "hidden" }, caption),
      element("thead", {}, element("tr", {}, headings.map((one) => element("th", { scope: "col" }, one)))),
      element("tbody", {}, rows.map((row) => element("tr", {}, row.map(cell)))),
    ),
  );
}

/** What makes the inside of a part that nobody has unfolded yet. */
const unmade = new WeakMap<HTMLDetailsElement, () => Child>();

/** A part that is made, and unfolded, when somebody asks for it: proofs of hundreds of rows are many, and few are read. */
export function folded(title: string, inside: () => Child): HTMLDetailsElement {
  const made = element("details", { toggle: () => make(made) }, element("summary", {}, title));
  unmade.set(made, inside);
  return made;
}

function make(part: HTMLDetailsElement): void {
  const inside = unmade.get(part);
  if (!inside) return;
  unmade.delete(part);
  append(part, [inside()]);
}

/** Unfolds every part within an element, at once. */
export function unfold(within: ParentNode): void {
  for (const part of within.querySelectorAll("details")) {
    make(part);
    part.open = true;
  }
}

/** A field with its label. */
export function field(label: string, input: HTMLElement): HTMLElement {
  return element("label", { class: "field" }, element("span", {}, label), input);
}

/** What went wrong, where everybody, a screen reader too, takes notice. */
export function trouble(error: unknown): HTMLElement {
  const text = error instanceof Error ? error.message : String(error);
  return element("p", { class: "trouble", role: "alert" }, text);
}

/** Calls a function once it has not been asked for a while, in milliseconds. */
export function settled(wait: number, call: () => void): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(call, wait);
  };
}
