/*
 * Says whether support is open, by the reader's clock and the policy's hours; a built page cannot ask the time.
 * The facts come from formapp/publish/opening.py. Outside the days that they cover nothing is said, and the plain hours stand alone.
 * Wall-clock moments of the policy's zone are kept as if they were UTC: then days and minutes can be counted without a zone getting in between.
 */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const LATEST_LOOK = 400;
let timer;

const partsIn = (zone) =>
  new Intl.DateTimeFormat("en-AU", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  });

/** The wall clock of a zone at an instant, as if it were UTC. */
function wallClock(instant, zone) {
  const part = Object.fromEntries(partsIn(zone).formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

/** The instant at which a zone's clock shows a time; twice, because the offset may have changed in between. */
function instantOf(wall, zone) {
  let instant = wall - (wallClock(wall, zone) - wall);
  instant = wall - (wallClock(instant, zone) - instant);
  return instant;
}

const isoDay = (wall) => new Date(wall).toISOString().slice(0, 10);
const startOfDay = (wall) => Math.floor(wall / DAY) * DAY;

/** The open periods of a day, in wall-clock time. */
function periodsOf(day, facts) {
  const iso = isoDay(day);
  if (iso in facts.closed) return [];
  const monday = (new Date(day).getUTCDay() + 6) % 7;
  return facts.week[monday].map(([opens, closes]) => ({ opens: day + opens * MINUTE, closes: day + closes * MINUTE }));
}

const isKnown = (wall, facts) => isoDay(wall) >= facts.since && isoDay(wall) < facts.until;

/** The period that a moment is in, or else the next one, grown by those that meet it; null where the facts end. */
function periodAtOrAfter(wall, facts) {
  let found = null;
  for (let day = startOfDay(wall), looked = 0; looked < LATEST_LOOK; day += DAY, looked += 1) {
    if (!isKnown(day, facts)) return null;
    for (const period of periodsOf(day, facts)) {
      if (period.closes <= wall) continue;
      if (!found) found = period;
      else if (period.opens === found.closes) found.closes = period.closes;
      else return found;
    }
    if (found && found.closes < day + DAY) return found;
  }
  return null;
}

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** 9:00 am, 12:00 pm. */
function sayTime(wall) {
  const date = new Date(wall);
  const minutes = String(date.getUTCMinutes()).padStart(2, "0");
  return `${date.getUTCHours() % 12 || 12}:${minutes} ${date.getUTCHours() < 12 ? "am" : "pm"}`;
}

/** Nothing for today, Tuesday for this week, Tuesday 29 December for later. */
function sayDay(wall, now) {
  const days = (startOfDay(wall) - startOfDay(now)) / DAY;
  if (days === 0) return "";
  const date = new Date(wall);
  return days > 0 && days < 7 ? WEEKDAYS[date.getUTCDay()] : `${WEEKDAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** (10:00 am your time), where the reader's clock differs at that moment; the day too, where that differs. */
function sayYours(wall, facts) {
  const instant = instantOf(wall, facts.zone);
  const yours = wallClock(instant, undefined);
  if (yours === wall) return "";
  const day = startOfDay(yours) === startOfDay(wall) ? "" : `${WEEKDAYS[new Date(yours).getUTCDay()]} `;
  return ` (${day}${sayTime(yours)} your time)`;
}

/** Whether support is open at an instant, and the sentence that says so; null where the facts do not reach. */
export function openNow(instant, facts) {
  const now = wallClock(instant, facts.zone);
  if (!isKnown(now, facts)) return null;
  const period = periodAtOrAfter(now, facts);
  if (!period) return null;
  if (period.opens <= now) {
    const day = sayDay(period.closes, now);
    return { open: true, text: `Open now – until ${day && `${day} `}${sayTime(period.closes)} ${facts.label}${sayYours(period.closes, facts)}` };
  }
  const holiday = facts.closed[isoDay(now)];
  const state = holiday ? `Closed today for ${holiday.replace(/^The /, "the ")}` : "Closed now";
  const day = sayDay(period.opens, now) || "today";
  return { open: false, text: `${state} – we open ${day} ${sayTime(period.opens)} ${facts.label}${sayYours(period.opens, facts)}` };
}

function show(place) {
  const facts = JSON.parse(place.dataset.hcOpenNow);
  const said = openNow(Date.now(), facts);
  const line = place.querySelector("[data-hc-open-now-text]");
  place.classList.toggle("hc-open-now--open", Boolean(said?.open));
  place.classList.toggle("hc-open-now--closed", Boolean(said && !said.open));
  // Written only when it changes, so that nothing is read out or repainted for nothing.
  const text = said ? said.text : "";
  if (line.textContent !== text) line.textContent = text;
}

function showAll() {
  clearTimeout(timer);
  const places = document.querySelectorAll("[data-hc-open-now]");
  for (const place of places) show(place);
  // On the minute, because that is when it changes.
  if (places.length) timer = setTimeout(showAll, MINUTE - (Date.now() % MINUTE) + 50);
}

if (globalThis.document$) {
  document$.subscribe(showAll);
  // A sleeping page misses its minutes.
  document.addEventListener("visibilitychange", () => document.hidden || showAll());
}
