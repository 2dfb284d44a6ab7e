/* Where in the article its reader was: for how long each section was the one before their eyes. Nothing of it is kept or sent by itself. */

const LONGEST_STRETCH = 60_000; // ms without moving; after that, nobody is reading
const PAUSE = 200; // ms between two looks while the page moves
const EYES = 1 / 3; // of the window's height, from its top

let path; // of the page that the times are for
let times = new Map(); // the heading's id, empty for what stands above the first → ms
let current = null;
let since = 0;
let timer = null;

/** The id of the heading under which the reader was longest; empty for the beginning, and for none. */
export function headingRead() {
  look();
  const [longest] = [...times].reduce((most, one) => (one[1] > most[1] ? one : most), ["", 0]);
  return longest;
}

/** The section before the reader's eyes; null when that is none of the article's, or nobody is looking. */
function section() {
  if (document.visibilityState !== "visible") return null;
  const above = [...document.querySelectorAll("article :is(h2, h3)[id]")].filter(
    (heading) => heading.getClientRects().length && heading.getBoundingClientRect().top <= innerHeight * EYES,
  );
  const last = above.pop();
  return last?.closest("[data-hc-feedback]") ? null : (last?.id ?? "");
}

/** Ends a stretch, and begins the next. */
function look() {
  clearTimeout(timer);
  timer = null;
  const now = performance.now();
  if (current !== null) times.set(current, (times.get(current) ?? 0) + Math.min(now - since, LONGEST_STRETCH));
  current = section();
  since = now;
}

function start() {
  // The first jump within a page puts it in place anew.
  if (location.pathname !== path) {
    path = location.pathname;
    times = new Map();
    current = null;
  }
  look();
}

addEventListener("scroll", () => (timer ??= setTimeout(look, PAUSE)), { passive: true });
document.addEventListener("visibilitychange", look);
if (window.document$) window.document$.subscribe(start);
else start();
