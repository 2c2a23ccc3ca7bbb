/** The analyst's page: which part of it is shown, in which colours, and by whose token. */

import "./style.css";
import { get, hasToken, keepToken } from "./api";
import { casePage } from "./case";
import { changesPage } from "./changes";
import { element, field, fill, unfold } from "./dom";
import { jobPage, jobsPage } from "./jobs";
import { listsPage } from "./lists";
import { portfolioPage } from "./portfolio";

const main = document.getElementById("main") as HTMLElement;
let leaving = new AbortController();

function show(): void {
  leaving.abort();
  leaving = new AbortController();
  const [place = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const asked = new URLSearchParams(query);
  const [page = "", id = ""] = place.split("/");
  for (const link of document.querySelectorAll<HTMLAnchorElement>("nav a")) {
    const own = link.hash.replace(/^#\/?/, "");
    const here = own === page || (own === "" && page === "case");
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (page === "lists") listsPage(main, asked, leaving.signal);
  else if (page === "changes") changesPage(main, asked, leaving.signal);
  else if (page === "jobs" && id) jobPage(main, decodeURIComponent(id), leaving.signal);
  else if (page === "jobs") jobsPage(main, leaving.signal);
  else if (page === "portfolio") portfolioPage(main, leaving.signal);
  else casePage(main, asked, leaving.signal);
}

/** Asks for a token, where the service wants one. */
function askToken(): void {
  if (document.querySelector("dialog[open]")) return;
  const input = element("input", { type: "password", required: true, autocomplete: "off" });
  const submit = (event: Event) => {
    event.preventDefault();
    keepToken(input.value.trim());
    dialog.close();
    dialog.remove();
    show();
    void ground();
  };
  const form = element("form", { submit }, field("Token", input), element("button", { type: "submit", class: "main" }, "Go on"));
  const dialog = element(
    "dialog",
    { "aria-label": "Token" },
    element("h2", {}, "This service asks for a token"),
    element("p", { class: "soft" }, "It is kept until this tab is closed, and sent to this service alone."),
    hasToken() && element("p", { class: "trouble" }, "The one that was given is not known here."),
    form,
  );
  document.body.append(dialog);
  dialog.showModal();
}

const THEMES = ["system", "light", "dark"];

function theme(name: string): void {
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  (document.getElementById("theme") as HTMLElement).textContent = `Theme: ${name}`;
  localStorage.setItem("parentage-theme", name);
  window.dispatchEvent(new Event("theme"));
}

/** What everything here rests on. */
async function ground(): Promise<void> {
  const about = await fetch("/", { headers: { accept: "application/json" } }).then((own) => own.json()).catch(() => null);
  const ready = await get<{ refresh_failed?: string }>("/readyz").catch((error: Error) => ({ refresh_failed: error.message }));
  const failed = ready.refresh_failed ? element("b", { class: "trouble" }, ` ${ready.refresh_failed}`) : null;
  const told = document.getElementById("ground") as HTMLElement;
  fill(told, about ? `parentage ${about.version}, snapshot ${about.snapshot.slice(0, 12)}` : "", failed);
}

(document.getElementById("theme") as HTMLElement).addEventListener("click", () => {
  const now = localStorage.getItem("parentage-theme") ?? "system";
  theme(THEMES[(THEMES.indexOf(now) + 1) % THEMES.length] ?? "system");
});
document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
window.addEventListener("hashchange", show);
window.addEventListener("token-wanted", askToken);
window.addEventListener("beforeprint", () => unfold(main));
theme(localStorage.getItem("parentage-theme") ?? "system");
show();
void ground();
