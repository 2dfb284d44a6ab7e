/* An editor's preview: renews the page after each build, and puts what readers said beside the headings that they said it of. */

const EVERY = 1000; // ms between two questions whether there is a newer build
const PATIENCE = 15000; // ms for an answer: the service's database may be far away
const PLACE = "hc-edit-place"; // where the editor was before the page was renewed
const HEADINGS = ".md-content__inner :is(h2, h3, h4, h5, h6)[id]";

const byId = (id) => document.getElementById(id);
const meta = (name) => document.querySelector(`meta[name="helpcentre:${name}"]`)?.content;
const notes = () => [...document.querySelectorAll("[data-hc-edit-settle] textarea")];

/* Both are there before anything is said in them. */
const bar = document.createElement("div");
const said = document.createElement("p");
const fault = document.createElement("div");
bar.className = "hc-edit-bar";
said.setAttribute("role", "status");
fault.setAttribute("role", "alert");
bar.append(said, fault);

/* --------------------------------------------------------------------------------------------- builds */

async function look() {
  const answer = await fetch("/edit/build", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) return;
  const now = await answer.json();
  showFault(now.fault);
  const shown = Number(meta("build"));
  if (now.build > shown) renew();
  // While the web process is renewed, it may still be the one that knows the text before.
  else if (now.build === shown) await showStrip();
}

async function keepLooking() {
  // No answer: the web process is being renewed, or the preview has ended.
  if (!document.hidden) await look().catch(() => {});
  setTimeout(keepLooking, EVERY);
}

function showFault(text) {
  if (fault.textContent === text) return;
  fault.replaceChildren();
  if (!text) return;
  const lines = document.createElement("pre");
  lines.textContent = text;
  lines.tabIndex = 0;
  fault.append(lines);
}

function isTyping() {
  const at = document.activeElement;
  return Boolean(at?.matches("textarea, input:not([type=radio], [type=checkbox])") && at.value) || notes().some((note) => note.value);
}

function renew() {
  if (isTyping()) return;
  const above = [...document.querySelectorAll(HEADINGS)].filter((one) => one.getBoundingClientRect().top < innerHeight / 2).at(-1);
  const place = { path: location.pathname, y: scrollY, heading: above?.id, top: above?.getBoundingClientRect().top };
  sessionStorage.setItem(PLACE, JSON.stringify(place));
  // Not reload(), which would send a form again whose answer is shown.
  if (location.hash) location.reload();
  else location.replace(location.href);
}

function findPlace() {
  const place = JSON.parse(sessionStorage.getItem(PLACE));
  if (place?.path !== location.pathname) return;
  const heading = place.heading && byId(place.heading);
  scrollTo({ top: heading ? scrollY + heading.getBoundingClientRect().top - place.top : place.y, behavior: "instant" });
}

/* Whoever goes on has found their place, and has read what was done. */
function goOn() {
  sessionStorage.removeItem(PLACE);
  said.textContent = "";
}

/* ------------------------------------------------------------------------------------------ the strip */

async function showStrip() {
  const article = meta("article");
  if (!article || document.querySelector("[data-hc-edit]")) return;
  const answer = await fetch(`/edit/feedback/${article}`, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  const html = await answer.text();
  // Another page may have come in its place meanwhile.
  if (meta("article") !== article) return;
  place(html);
  findPlace();
}

function place(html) {
  const strip = new DOMParser().parseFromString(html, "text/html").querySelector("[data-hc-edit]");
  if (!strip) return;
  const open = [...document.querySelectorAll(".hc-edit__folded[open]")].map((one) => one.id);
  const written = new Map(notes().map((note) => [note.id, note.value]));
  for (const old of document.querySelectorAll(".hc-edit, .hc-edit__place")) old.remove();
  const content = document.querySelector(".md-content__inner");
  (content.querySelector(".hc-byline") ?? content.querySelector("h1")).after(strip);
  for (const group of strip.querySelectorAll("[data-hc-edit-heading]")) {
    const heading = byId(group.dataset.hcEditHeading);
    if (heading?.matches(HEADINGS)) behind(heading, group);
  }
  for (const id of open) byId(id)?.setAttribute("open", "");
  for (const [id, text] of written) if (byId(id)) byId(id).value = text;
}

function behind(heading, group) {
  const here = group.querySelector("[data-hc-edit-here]");
  group.querySelector("[data-hc-edit-gone]").remove();
  here.hidden = false;
  group.setAttribute("aria-labelledby", `${heading.id} ${here.id}`);
  heading.after(group);
}

/** Returns why it could not be; nothing when it is done. */
async function settle(form, state) {
  const remark = form.closest("[data-hc-edit-remark]");
  const next = remark.nextElementSibling?.id;
  const body = new URLSearchParams(new FormData(form));
  body.set("state", state);
  const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) return (await answer.json()).error;
  form.querySelector("textarea").value = "";
  place(await answer.text());
  const now = byId(remark.id);
  said.textContent = now.dataset.hcSaid;
  const folded = now.closest("details");
  (folded ? (byId(next) ?? folded.querySelector("summary")) : now).focus();
  return "";
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-hc-edit-settle]")) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const wrong = form.querySelector("[data-hc-edit-wrong]");
  wrong.textContent = "";
  wrong.textContent = await settle(form, event.submitter.value).catch(() => form.dataset.hcFailed);
  form.ariaBusy = "false";
});

/* ---------------------------------------------------------------------------------------------- start */

addEventListener("load", findPlace);
for (const kind of ["wheel", "pointerdown", "keydown", "touchstart"]) addEventListener(kind, goOn, { passive: true });

document.addEventListener("DOMContentLoaded", () => {
  document.body.append(bar);
  // The theme's own, on each page that is shown, also without the page being loaded anew.
  window.document$?.subscribe(() => look().catch(() => {}));
  keepLooking();
});
