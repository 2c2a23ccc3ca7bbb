/** The picture of the owners: who holds what, and how each of them is reached. */

import cytoscape, { type Core, type StylesheetJson } from "cytoscape";
import dagre from "cytoscape-dagre";
import type { Owners } from "./api";
import { share } from "./words";

cytoscape.use(dagre);

/** What was clicked: an entity or a holding, by its place in the answer. */
export type Picked = { entity: number } | { holding: number };

export interface Picture {
  destroy(): void;
  /** The picture as data of a PNG, on a plain ground. */
  image(): string;
}

function looks(): StylesheetJson {
  const styles = getComputedStyle(document.documentElement);
  const of = (name: string) => styles.getPropertyValue(`--${name}`).trim();
  const node = (kind: string, shape: string, width = 1.5, border = "solid") => ({
    selector: `node.${kind}`,
    style: {
      "background-color": of(`${kind}-ground`),
      "border-color": of(`${kind}-line`),
      "border-width": width,
      "border-style": border,
      shape,
    },
  });
  const all = [
    {
      selector: "node",
      style: {
        label: "data(label)",
        color: of("ink"),
        "font-family": "system-ui, sans-serif",
        "font-size": 13,
        "text-wrap": "wrap",
        "text-max-width": "170px",
        "text-valign": "center",
        "text-halign": "center",
        width: "data(width)",
        height: "data(height)",
      },
    },
    node("other", "ellipse"),
    node("flag", "ellipse", 1.5, "dotted"),
    node("possible", "round-rectangle", 2, "dashed"),
    node("certain", "rectangle", 2),
    node("listed", "octagon", 3),
    { selector: "node.subject", style: { "border-width": 4, "font-weight": "bold" } },
    {
      selector: "edge",
      style: {
        label: "data(label)",
        color: of("ink"),
        "font-family": "system-ui, sans-serif",
        "font-size": 12,
        "text-background-color": of("ground"),
        "text-background-opacity": 0.92,
        "text-background-padding": "2px",
        "text-wrap": "wrap",
        "text-events": "yes",
        "curve-style": "bezier",
        "target-arrow-shape": "triangle",
        "line-color": of("soft"),
        "target-arrow-color": of("soft"),
        width: 1.4,
      },
    },
    { selector: "edge.counts", style: { width: 3, "line-color": of("ink"), "target-arrow-color": of("ink") } },
    { selector: "edge.weak", style: { "line-style": "dashed" } },
    { selector: ":selected", style: { "overlay-color": of("link"), "overlay-opacity": 0.18, "overlay-padding": 6 } },
  ];
  return all as unknown as StylesheetJson;
}

/** How many lines a name takes in a node, and how wide the node is then. */
function size(text: string): { width: number; height: number } {
  const lines = text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 23)), 0);
  const longest = Math.max(...text.split("\n").map((line) => Math.min(line.length, 24)));
  return { width: Math.max(90, longest * 8 + 40), height: lines * 17 + 26 };
}

/** Draws the owners into an element; `picked` is told what somebody clicks. */
export function draw(container: HTMLElement, owners: Owners, picked: (what: Picked) => void): Picture {
  const nodes = owners.shown.map((one, at) => {
    const native = one.native ? `\n${one.native}` : "";
    const label = `${one.name}${one.country ? ` (${one.country})` : ""}${native}`;
    const kind = one.certainty ?? "other";
    return { data: { id: `n${at}`, at, label, ...size(label) }, classes: `${kind}${at === 0 ? " subject" : ""}` };
  });
  const edges = owners.holdings.map((one, at) => {
    const weak = one.holding.confidence !== "documented";
    const label = weak ? `${share(one.holding)}\n${one.holding.confidence}` : share(one.holding);
    const classes = [one.counts && "counts", weak && "weak"].filter(Boolean).join(" ");
    return { data: { id: `e${at}`, at, source: `n${one.from}`, target: `n${one.to}`, label }, classes };
  });
  const made: Core = cytoscape({
    container,
    elements: { nodes, edges },
    style: looks(),
    layout: { name: "dagre", rankDir: "TB", ranker: "tight-tree", nodeSep: 26, rankSep: 70, padding: 18, fit: true } as never,
    minZoom: 0.1,
    maxZoom: 2.5,
    // The page scrolls with the wheel; a picture that takes it holds the reader fast.
    userZoomingEnabled: false,
    boxSelectionEnabled: false,
    autoungrabify: true,
  });
  // For whoever waits for the picture, or measures it.
  made.one("render", () => (container.dataset.drawn = String(performance.now())));
  if (made.zoom() > 1.1) {
    made.zoom(1.1);
    made.center();
  }
  made.on("tap", "node", (event) => picked({ entity: event.target.data("at") }));
  made.on("tap", "edge", (event) => picked({ holding: event.target.data("at") }));
  // What is unfolded above moves the picture, which remembers where it was.
  container.addEventListener("pointerenter", () => made.resize());
  const ground = () => getComputedStyle(document.documentElement).getPropertyValue("--ground").trim();
  const enlarge = (by: number) => {
    const middle = { x: made.width() / 2, y: made.height() / 2 };
    made.zoom({ level: made.zoom() * by, renderedPosition: middle });
  };
  container.addEventListener("enlarge", (event) => {
    const by = (event as CustomEvent<number>).detail;
    if (by === 0) made.fit(undefined, 18);
    else enlarge(by);
  });
  return {
    destroy: () => made.destroy(),
    image: () => made.png({ full: true, scale: 2, maxWidth: 4000, maxHeight: 4000, bg: ground() }),
  };
}
