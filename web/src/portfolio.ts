/** The customers that are watched, and what became of them. */

import { element, fill } from "./dom";

export function portfolioPage(main: HTMLElement, _gone: AbortSignal): void {
  fill(main, element("h1", {}, "Portfolio"));
}
