/*
 * Keeps the counts above the queue as they are: asked for again while somebody looks, put in place only where they changed, and said once.
 * Without it they are as old as the page.
 */

const EVERY = 20_000; // ms
const LONGEST_WAIT = 10_000; // ms
const OPENS_NOTHING = [404, 410];

function watch(place) {
  const said = place.querySelector("[data-hc-counts-said]");
  let timer;
  let isAsking = false;
  let failedSince = "";

  const say = (words) => {
    // Written only when it changes, so that a screen reader says it once.
    if (said.textContent !== words) said.textContent = words;
  };

  async function ask() {
    clearTimeout(timer);
    if (document.hidden || isAsking) return;
    isAsking = true;
    try {
      const answer = await fetch(place.dataset.hcCounts, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(LONGEST_WAIT) });
      if (OPENS_NOTHING.includes(answer.status)) return say("This link no longer opens the queue. Load the page again to see why.");
      if (!answer.ok) throw new Error("no counts");
      put(await answer.json());
    } catch {
      failedSince ||= timeNow();
      say(`The numbers cannot be refreshed since ${failedSince}. We keep trying.`);
    } finally {
      isAsking = false;
    }
    timer = setTimeout(ask, EVERY);
  }

  function put(counts) {
    const changed = [];
    for (const number of place.querySelectorAll("[data-hc-count]")) {
      const words = String(counts[number.dataset.hcCount] ?? "");
      if (!words || number.textContent === words) continue;
      number.textContent = words;
      changed.push(`${number.parentElement.querySelector(".hc-counts__label").textContent}: ${words}`);
    }
    if (changed.length) say(`Changed at ${timeNow()}. ${changed.join(", ")}. Load the page again to see the tickets.`);
    else if (failedSince) say("The numbers are up to date again.");
    failedSince = "";
  }

  timer = setTimeout(ask, EVERY);
  // What was missed in a tab behind others.
  document.addEventListener("visibilitychange", () => document.hidden || ask());
}

const timeNow = () => new Intl.DateTimeFormat("en-AU", { hour: "numeric", minute: "2-digit" }).format(new Date());

for (const place of document.querySelectorAll("[data-hc-counts]")) watch(place);
