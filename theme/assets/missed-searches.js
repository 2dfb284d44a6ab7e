/* Tells the service what was searched for in vain, so that somebody can write it: the words alone, and never what looks like somebody's own. */

const PAUSE = 2_000; // ms without typing
const SHORTEST = 3; // characters
const LONGEST = 80;
const PRIVATE = /@|(?:\d.*){5}/; // an address, or digits enough for a number of somebody's

const query = document.querySelector("[data-md-component=search-query]");
const result = document.querySelector(".md-search-result__meta");
const box = document.querySelector('[data-md-toggle="search"]');
const sent = new Set();
let isAnswered = false; // whether what is said of the results is about what stands in the field
let timer;

/** What the theme says where there is no result, in the language of the page. */
function none() {
  try {
    return JSON.parse(document.getElementById("__config").textContent).translations["search.result.none"];
  } catch {
    return null;
  }
}

function settle() {
  clearTimeout(timer);
  const words = query.value.trim().replace(/\s+/g, " ");
  const name = words.toLowerCase();
  const { length } = Array.from(words);
  if (!isAnswered || result.textContent.trim() !== none() || sent.has(name)) return;
  if (length < SHORTEST || length > LONGEST || PRIVATE.test(words)) return;
  sent.add(name);
  fetch("/api/searches", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ words }),
    keepalive: true,
  }).catch(() => {});
}

if (query && result && box) {
  query.addEventListener("input", () => {
    isAnswered = false;
    clearTimeout(timer);
    timer = setTimeout(settle, PAUSE);
  });
  new MutationObserver(() => (isAnswered = true)).observe(result, { childList: true, characterData: true, subtree: true });
  box.addEventListener("change", () => box.checked || settle());
  addEventListener("pagehide", settle);
}
