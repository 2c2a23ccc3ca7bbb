/** A case as one HTML file: what is shown, its style and its pictures, and no script. */

import { element, unfold } from "./dom";

async function style(): Promise<string> {
  const sheets = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')];
  const texts = await Promise.all(sheets.map(async (one) => (await fetch(one.href)).text()));
  return texts.join("\n");
}

/** Saves an element under a title, with an image in the place of what is drawn. */
export async function save(title: string, shown: HTMLElement, image: string | undefined): Promise<void> {
  // A form that is folded away is no part of it; proofs are.
  shown.querySelectorAll("section").forEach(unfold);
  const copy = shown.cloneNode(true) as HTMLElement;
  copy.querySelectorAll("form, button, .unsaved").forEach((one) => one.remove());
  // A slider that is saved moves nothing: the day stands in the sentence above it.
  copy.querySelectorAll(".slider input").forEach((one) => one.remove());
  const drawn = copy.querySelector(".canvas");
  if (drawn && image) drawn.replaceWith(element("img", { src: image, alt: "The owners, as drawn", class: "saved" }));
  const saved = `Saved on ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC. A tool for finding and explaining, not legal advice.`;
  const main = element("main", {}, copy, element("p", { class: "soft" }, saved));
  // Written as text: a document that is made here has the policy of this page, which lets no style stand in it.
  const head = [
    '<meta charset="utf-8">',
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">",
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    element("title", {}, title).outerHTML,
    `<style>\n${await style()}</style>`,
  ];
  const theme = document.documentElement.dataset.theme;
  const root = theme ? `<html lang="en" data-theme="${theme}">` : '<html lang="en">';
  const text = `<!doctype html>\n${root}\n<head>\n${head.join("\n")}\n</head>\n<body>${main.outerHTML}</body>\n</html>\n`;
  const file = new Blob([text], { type: "text/html" });
  download(file, `${title.replace(/[^\p{L}\p{N}.-]+/gu, "-").toLowerCase()}.html`);
}

/** Hands a file to the browser. */
export function download(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}
