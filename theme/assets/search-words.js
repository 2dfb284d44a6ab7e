/* The words that the reader searched for when they followed a result to this page. They leave the browser with a vote only. */

const KEY = "hc-search";
let led = null; // {path, words} of a result that was followed
let shown = { path: null, words: "" };

/** What was typed into the search that led to the page that is shown; empty when none did. */
export const searchWords = () => shown.words;

function keep(search) {
  led = search;
  try {
    if (search) sessionStorage.setItem(KEY, JSON.stringify(search));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Then it lasts as long as instant navigation does.
  }
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function show() {
  const path = location.pathname;
  const search = led ?? kept();
  keep(null);
  if (search?.path === path) shown = { path, words: String(search.words) };
  // The first jump within a page puts it in place anew.
  else if (path !== shown.path) shown = { path, words: "" };
}

document.addEventListener(
  "click",
  (event) => {
    const result = event.target instanceof Element && event.target.closest("a.md-search-result__link");
    const query = document.querySelector("[data-md-component=search-query]");
    if (!result || !query || event.ctrlKey || event.metaKey || event.shiftKey) return;
    keep({ path: result.pathname, words: query.value.trim() });
    // To another place on the same page: nothing is loaded, so nobody tells us.
    if (result.pathname === location.pathname) show();
  },
  true,
);

if (window.document$) window.document$.subscribe(show);
else show();
