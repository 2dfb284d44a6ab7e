/* What this browser remembers of the reader's votes, so that an article they have answered does not ask again, whichever tab they are in. */

const PREFIX = "hc-vote:";
const KEPT_FOR = 180 * 24 * 60 * 60_000; // ms
// Where the browser refuses to keep anything: for as long as the page lasts.
const memory = new Map();

/** Keeps {helpful, revision, token} for an article. */
export function keepVote(article, vote) {
  const kept = JSON.stringify({ ...vote, at: Date.now() });
  try {
    localStorage.setItem(PREFIX + article, kept);
    memory.delete(article);
  } catch {
    memory.set(article, kept);
  }
}

/** The vote on this revision of an article, null for none. */
export function keptVote(article, revision) {
  try {
    const vote = JSON.parse(read(article));
    const isGood = ["yes", "no"].includes(vote.helpful) && typeof vote.token === "string";
    return isGood && vote.revision === revision && Math.abs(Date.now() - vote.at) < KEPT_FOR ? vote : null;
  } catch {
    return null;
  }
}

function read(article) {
  return memory.get(article) ?? localStorage.getItem(PREFIX + article);
}

/** Calls a function when another tab has kept a vote, or the reader has cleared them all. */
export function onVoteElsewhere(act) {
  addEventListener("storage", (event) => {
    if (event.key === null || event.key.startsWith(PREFIX)) act();
  });
}
