/* The buttons for menu and search. Their state is that of the theme's two hidden checkboxes, whoever changes them. */

const WIDE = matchMedia("(min-width: 76.25em)");

const checkbox = (name) => document.querySelector(`[data-md-toggle="${name}"]`);
const drawer = checkbox("drawer");
const search = checkbox("search");
const menuButton = document.querySelector("[data-hc-drawer]");
let searchOpener = null;

function set(box, on) {
  // The theme listens to clicks, not to the property.
  if (box.checked !== on) box.click();
}

/** Everything that the open menu covers, and that the keyboard must not wander into. */
const behindTheMenu = () => document.querySelectorAll(".md-header, .md-content, .md-sidebar--secondary, .hc-footer, .md-skip, .md-top");

function showDrawer() {
  const open = drawer.checked;
  menuButton.setAttribute("aria-expanded", String(open));
  for (const element of behindTheMenu()) element.inert = open;
  if (open) document.querySelector("[data-hc-drawer-close]")?.focus();
  else if (document.activeElement === document.body || document.activeElement.closest(".md-sidebar--primary")) menuButton.focus();
}

function showSearch() {
  for (const button of document.querySelectorAll("[data-hc-search][aria-expanded]")) button.setAttribute("aria-expanded", String(search.checked));
  const query = document.querySelector("[data-md-component=search-query]");
  // Zensical brings a search of its own behind a button.
  if (search.checked) (query ?? document.querySelector(".md-search__button"))?.focus();
  else if (searchOpener) {
    if (document.activeElement === query || document.activeElement === document.body) searchOpener.focus();
    searchOpener = null;
  }
}

if (drawer && menuButton) {
  drawer.addEventListener("change", showDrawer);
  WIDE.addEventListener("change", () => set(drawer, false));
}
search?.addEventListener("change", showSearch);

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.target.closest("[data-hc-drawer]")) set(drawer, true);
  if (event.target.closest("[data-hc-drawer-close], .hc-nav a")) set(drawer, false);
  const opener = event.target.closest("[data-hc-search]");
  if (opener) {
    const own = document.querySelector(".md-search__button");
    if (own) own.click();
    else {
      set(search, true);
      searchOpener = opener;
    }
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drawer?.checked) set(drawer, false);
});

/* A page that instant navigation has put in place says its title, as a page that is loaded does. */
const spoken = document.createElement("p");
spoken.className = "hc-visually-hidden";
spoken.setAttribute("role", "status");
document.querySelector("main")?.before(spoken);
let shown = document.title;
window.document$?.subscribe(() => {
  if (document.title === shown) return;
  shown = document.title;
  spoken.textContent = shown;
});

/* Results are reached with the arrow keys: Tab goes on to the page behind them. */
const query = document.querySelector("[data-md-component=search-query]");
if (query) {
  const hint = document.createElement("span");
  hint.id = "hc-search-hint";
  hint.className = "hc-visually-hidden";
  hint.textContent = "Use the down arrow key to reach the results";
  query.after(hint);
  query.setAttribute("aria-describedby", hint.id);
  document.querySelector(".md-search-result__meta")?.setAttribute("role", "status");
}
