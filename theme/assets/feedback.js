/*
 * Whether the article helped, answered without leaving it. The vote is sent at the click; what comes after it is the service's own page
 * for readers without JavaScript, of which the part that matters is put here. Where anything is missing, the browser sends the form itself.
 */

import { headingRead } from "./reading.js";
import { searchWords } from "./search-words.js";
import { keepVote, keptVote, onVoteElsewhere } from "./kept-votes.js";

const LONGEST_WAIT = 8_000; // ms until we say that it failed
const PROOF_WAIT = 3_000;
const A_MOMENT = 1_000; // what takes no longer is not worth a word
const SHOWN = [200, 422]; // answers that go on; a form with errors is one
const BODY = "[data-hc-feedback-body]";
const PLACES = [BODY, ...["status", "sending", "failed", "again"].map((name) => `[data-hc-feedback-${name}]`)];
const assets = new URL(".", import.meta.url);

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const loads = {};

/** Loads one of the form's scripts, once; resolves also when there is none to be had. */
function load(name) {
  loads[name] ??= new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = new URL(name, assets);
    script.onload = script.onerror = resolve;
    document.head.append(script);
  });
  return loads[name];
}

/** The part of an answer that goes into the article; null for a page that is none of ours, as a hotel's for signing in. */
async function ask(address, options) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), LONGEST_WAIT);
  try {
    // A vote that is under way arrives, even when the page is left.
    const answer = await fetch(address, { ...options, headers: { Accept: "text/html" }, signal: stop.signal, keepalive: true });
    if (!SHOWN.includes(answer.status)) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(BODY);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** The question at the end of one article, from the first click to the last. */
class Feedback {
  constructor(section, vote) {
    this.section = section;
    this.article = vote.elements.article.value;
    this.revision = vote.elements.revision?.value ?? "";
    [this.body, this.status, this.sending, this.failed, this.againButton] = PLACES.map((place) => section.querySelector(place));
    this.question = [...this.body.childNodes];
    this.vote = vote;
    this.token = "";
    this.isBusy = false;
    section.addEventListener("click", (event) => this.clicked(event));
    section.addEventListener("submit", (event) => this.submitted(event));
    this.recall();
  }

  /** Whether there is something in it that must not be lost. */
  get isUnderWay() {
    return this.isBusy || this.body.querySelector("[data-hc-details]") !== null;
  }

  /** Shows what this browser remembers, where nothing else is under way: that there was a vote, or else the question. */
  recall() {
    const isIdle = this.body.contains(this.vote) || this.body.querySelector(".hc-feedback__voted");
    if (this.isBusy || !isIdle) return;
    const kept = keptVote(this.article, this.revision);
    const said = kept && this.section.querySelector(`[data-hc-feedback-voted="${kept.helpful}"]`);
    if (!said) {
      if (!this.body.contains(this.vote)) this.ask("");
      return;
    }
    const words = said.content.cloneNode(true);
    this.token = kept.token;
    words.querySelector("a").href = `/feedback/${encodeURIComponent(this.token)}?change=yes`;
    this.fail(false);
    this.fill([...words.childNodes]);
  }

  clicked(event) {
    // The second half of a double click must not press what has come in the place of the first button.
    this.isSecond = event.detail > 1;
    const link = event.target.closest("a");
    if (event.target.closest("[data-hc-feedback-again]")) {
      if (!this.isSecond) this.again?.();
    } else if (link?.matches("[data-hc-feedback-more], [data-hc-feedback-change]") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      if (this.isSecond || this.isBusy) return;
      if (link.matches("[data-hc-feedback-change]")) this.ask(this.token);
      else this.tell(link);
    }
  }

  submitted(event) {
    const { target: form, submitter } = event;
    const isSecond = this.isSecond;
    this.isSecond = false;
    // An older browser does not say which button was pressed: it sends the form itself.
    if (!submitter) return;
    event.preventDefault();
    if (isSecond || this.isBusy) return;
    if (submitter.matches("[data-hc-feedback-skip]")) this.skip(form);
    else if (form === this.vote) this.cast(submitter);
    else this.give(form);
  }

  /** The question again; with the vote that is to be changed. */
  ask(token) {
    this.vote.elements.vote.value = token;
    this.say("");
    this.fail(false);
    this.fill(this.question);
  }

  cast(button) {
    const { heading, search_words: words } = this.vote.elements;
    if (heading) heading.value = headingRead();
    if (words) words.value = searchWords();
    const body = new URLSearchParams(new FormData(this.vote));
    body.set(button.name, button.value);
    this.send(button, () => ask("/feedback/", { method: "POST", body }), () => button.click());
  }

  tell(link) {
    this.send(link, () => ask(link.href, {}), () => link.click(), true);
  }

  give(form) {
    const button = form.querySelector(".md-button--primary");
    const post = async () => {
      await Promise.race([this.prepared.then(() => window.hcProof?.ready(form, PROOF_WAIT)), wait(PROOF_WAIT)]);
      return ask(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(form)) });
    };
    this.send(button, post, () => button.click());
  }

  skip(form) {
    form.remove();
    this.fail(false);
    // What was said of the vote, read once more: where the focus has to go, there is nothing else.
    this.status.tabIndex = -1;
    this.status.focus();
  }

  /** Asks the service, and shows its answer or that there was none. */
  async send(control, request, again, isWished = false) {
    this.isBusy = true;
    this.again = again;
    control.setAttribute("aria-disabled", "true");
    // What has the focus there is about to go.
    if (document.activeElement === this.againButton) control.focus();
    this.fail(false);
    const timer = setTimeout(() => (this.sending.textContent = this.sending.dataset.words), A_MOMENT);
    const answer = await request();
    clearTimeout(timer);
    this.sending.textContent = "";
    this.isBusy = false;
    control.removeAttribute("aria-disabled");
    if (answer) this.show(answer, isWished);
    else this.fail(true);
  }

  show(answer, isWished) {
    const { hcVoteToken: token, hcHelpful: helpful } = answer.dataset;
    const said = answer.querySelector("[data-hc-feedback-said]");
    said?.remove();
    this.token = token;
    // A vote that came too often has no token, and nothing of it can be changed.
    if (token) keepVote(this.article, { helpful, revision: this.revision, token });
    const form = answer.querySelector("[data-hc-details]");
    const wrong = answer.querySelector("[aria-invalid]:is(input, textarea), .hc-field--wrong :is(input, textarea)");
    // A reader who has gone on to something else is not called back.
    const mayMove = document.activeElement === document.body || this.section.contains(document.activeElement);
    const target = wrong ?? (helpful === "no" || isWished ? form?.querySelector("h3, textarea") : null);
    this.fill([...document.adoptNode(answer).childNodes], mayMove && target);
    this.say(said?.textContent.trim() ?? "");
    if (form) this.prepare();
  }

  /** What the form's own scripts add: the count of characters, how long it took, and the proof of work. */
  prepare() {
    this.prepared = Promise.all([window.hcForms ?? load("forms.js"), window.hcProof ?? load("proof.js")]).then(() => window.hcForms?.start());
  }

  fill(nodes, target) {
    const hadFocus = this.body.contains(document.activeElement);
    this.body.replaceChildren(...nodes);
    if (target) {
      target.focus();
      // The question is brought into view too, not only its control.
      target.closest(".hc-field")?.querySelector("legend, label").scrollIntoView({ block: "nearest" });
    } else if (hadFocus) this.section.focus();
  }

  /** Written only when it changes, so that a screen reader says it once. */
  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  fail(isFailed) {
    const words = this.section.querySelector("[data-hc-feedback-failure]");
    this.failed.replaceChildren(...(isFailed && words ? [words.content.cloneNode(true)] : []));
    this.againButton.hidden = !isFailed;
  }
}

const known = new Map(); // by the article's id: those on the page, and those that something was typed into
let shown = null;

/** Binds the question of the page that is shown; instant navigation has put it there anew, at a jump within the page too. */
function show() {
  const section = document.querySelector("[data-hc-feedback]");
  const vote = section?.querySelector("[data-hc-vote]");
  const article = vote?.elements.article?.value;
  if (shown && shown.article !== article && !shown.isUnderWay) known.delete(shown.article);
  shown = null;
  // A page that was built before this file, and kept by somebody's browser, may have no place for what is said here.
  if (!article || !PLACES.every((place) => section.querySelector(place))) return;
  const before = known.get(article);
  if (before && before.revision === (vote.elements.revision?.value ?? "")) {
    if (before.section !== section) section.replaceWith(before.section);
    shown = before;
  } else {
    shown = new Feedback(section, vote);
    known.set(article, shown);
  }
}

if (window.document$) window.document$.subscribe(show);
else show();
onVoteElsewhere(() => shown?.recall());
