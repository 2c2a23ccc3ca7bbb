"use strict";
// Text is only ever set as text, pictures are images: nothing that stands in the data can run.
const PER_CHUNK = 100;

async function unpacked(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function percent(share) {
  return share.low === share.high ? share.low + " %" : share.low + " to " + share.high + " %";
}

function exposure(one) {
  const item = element("li");
  const by = one.rule === "listing" ? "on the list itself" : one.rule + " (" + one.kind + ")";
  const parts = [by, one.certainty, "listing " + one.listing_status.replace("_", " ")];
  if (one.rule_status && one.rule_status !== "in_force") parts.push("rule " + one.rule_status.replace("_", " "));
  if (one.share) parts.push(percent(one.share));
  if (one.restriction) parts.push(one.restriction.replace("_", " "));
  if (one.confirm) parts.push("to be confirmed");
  if (one.treatment) parts.push("no more than a " + one.treatment + " by the profile");
  item.append(element("b", "", parts.join(", ")));
  if (one.effect) item.append(element("div", "soft", one.effect));
  const proof = element("ul", "proof");
  for (const row of one.evidence) {
    const low = row.share_min === null ? "share unknown" : row.share_min === row.share_max ? row.share_min + " %" : row.share_min + " to " + row.share_max + " %";
    const share = row.interest === "branch" ? "branch" : low + (row.interest === "equity" ? "" : " " + row.interest);
    proof.append(element("li", "", row.holder + " → " + row.issuer + ": " + share + " (" + row.confidence + ", " + row.place + ")"));
  }
  for (const entry of one.listed) {
    proof.append(element("li", "", entry.list + ": " + entry.name + ", " + entry.announcement + " (" + entry.status.replace("_", " ") + ", " + entry.confidence + ", " + entry.place + ")"));
  }
  item.append(proof);
  return item;
}

function match(one, pictures) {
  const made = element("div", "match");
  const country = one.entity.country ? " (" + one.entity.country + ")" : "";
  made.append(element("div", "", one.entity.name + country + ", score " + one.score + (one.tier === "weak" ? ", weak" : "") + ", matched on “" + one.name + "”, alert " + one.alert_id));
  const rules = element("ul", "rules");
  one.exposures.forEach((own) => rules.append(exposure(own)));
  made.append(rules);
  const aligned = element("details");
  aligned.append(element("summary", "", "How the names compare"));
  const table = element("table");
  for (const line of one.alignment) {
    const row = element("tr");
    [line.query, line.name, line.kind.replaceAll("_", " ")].forEach((text) => row.append(element("td", "", text)));
    row.append(element("td", "number", line.points));
    table.append(row);
  }
  aligned.append(table);
  made.append(aligned);
  const picture = pictures[one.entity.id];
  if (picture) {
    const image = element("img", "picture");
    image.alt = "Owners of " + one.entity.name;
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(picture);
    made.append(image);
  }
  return made;
}

function alertOf(own, pictures) {
  const article = element("article", own.verdict);
  const title = element("h3");
  title.append(element("span", "verdict " + own.verdict, own.verdict.toUpperCase()), " " + own.query.name);
  article.append(title);
  const known = [own.query.id && "id " + own.query.id, own.query.country, own.verdict_kind && "by " + own.verdict_kind, own.confirm && "to be confirmed", "owners known: " + own.ownership];
  article.append(element("p", "soft", known.filter(Boolean).join(", ")));
  for (const note of own.notes) article.append(element("p", "", "Note: " + note.text + (note.place ? " (" + note.place + ")" : "")));
  for (const one of own.matches) article.append(match(one, pictures));
  if (own.matches_total > own.matches.length) article.append(element("p", "soft", own.matches_total - own.matches.length + " more matches are not shown"));
  return article;
}

(async () => {
  const columns = ["party", "id", "verdict", "kind", "score", "entity", "list", "rule"];
  const rows = await unpacked("index");
  const at = Object.fromEntries(columns.map((name, place) => [name, place]));
  const controls = ["verdict", "list", "rule"].map((name) => document.getElementById("by-" + name));
  const words = document.getElementById("words");
  ["verdict", "list", "rule"].forEach((name, place) => {
    for (const value of [...new Set(rows.map((row) => row[at[name]]))].filter(Boolean).sort()) controls[place].append(new Option(value, value));
  });
  const chunks = new Map();
  let shown = [], page = 0;
  const PER_PAGE = 50;

  async function draw() {
    const from = page * PER_PAGE, part = shown.slice(from, from + PER_PAGE);
    const list = document.createDocumentFragment();
    for (const number of part) {
      const chunk = Math.floor(number / PER_CHUNK);
      if (!chunks.has(chunk)) {
        if (chunks.size > 20) chunks.clear();
        chunks.set(chunk, await unpacked("c" + chunk));
      }
      const { alerts, pictures } = chunks.get(chunk);
      list.append(alertOf(alerts[number % PER_CHUNK], pictures));
    }
    document.getElementById("alerts").replaceChildren(list);
    const last = Math.max(0, Math.ceil(shown.length / PER_PAGE) - 1);
    document.getElementById("where").textContent = shown.length ? (from + 1) + " to " + (from + part.length) + " of " + shown.length : "none";
    document.getElementById("before").disabled = page === 0;
    document.getElementById("after").disabled = page >= last;
  }

  function filter() {
    const wanted = controls.map((control) => control.value), asked = words.value.trim().toLowerCase();
    const places = ["verdict", "list", "rule"].map((name) => at[name]);
    shown = [];
    rows.forEach((row, number) => {
      const fits = wanted.every((value, place) => !value || row[places[place]] === value);
      if (fits && (!asked || (row[at.party] + " " + row[at.id] + " " + row[at.entity]).toLowerCase().includes(asked))) shown.push(number);
    });
    page = 0;
    draw();
  }

  controls.forEach((control) => control.addEventListener("change", filter));
  words.addEventListener("input", filter);
  document.getElementById("before").addEventListener("click", () => { page -= 1; draw(); scrollTo(0, 0); });
  document.getElementById("after").addEventListener("click", () => { page += 1; draw(); scrollTo(0, 0); });
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  filter();
})();
