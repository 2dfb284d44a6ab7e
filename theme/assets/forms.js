// What JavaScript adds to a form that works without it: the promise before sending, a key against sending twice,
// a character count, and only the questions that matter. The files beside this one add the rest.
(function () {
  "use strict"

  var PAUSE = 1000 // ms without typing before a screen reader is told the count
  var A_MINUTE = 60000
  var NEARLY = 0.75 // of the limit: from here the count is shown

  var parts = [giveKey, showOnlyWhatMatters, showPromise, countAll, tellSeconds]
  var ready = []
  var isFirst = true // until the page's own forms are started; those that come later bring answers with them
  var isShown = document.readyState === "complete"
  var latest // what is remembered at the page's place in the history

  // What the other files build on. `each` takes a function to be called once with every form of this page and of those to come,
  // before all others if `isEarly`; `whenAnswered` one to be called now, and whenever an answer may have changed.
  // `remembered` and `remember` keep something as long as the page's place in the history lasts, over Back and a reload.
  window.hcForms = {
    start: start,
    each: function (part, isEarly) {
      if (isEarly) parts.unshift(part)
      else parts.push(part)
      ready.forEach(part)
    },
    whenAnswered: whenAnswered,
    facts: facts,
    suggestedLevel: suggestedLevel,
    hasPriority: hasPriority,
    remembered: remembered,
    remember: remember,
  }

  function start() {
    document.querySelectorAll("form[data-hc-form]").forEach(function (form) {
      if (form.dataset.hcReady) return
      form.dataset.hcReady = "yes"
      ready.push(form)
      parts.forEach(function (part) {
        // A part that fails must not take the others with it; the browser's console hears of it all the same.
        try {
          part(form)
        } catch (error) {
          setTimeout(function () {
            throw error
          })
        }
      })
    })
    isFirst = false
    focusErrorSummary()
  }

  // What the page was built with: the policy's words and the limits.
  function facts(form) {
    return JSON.parse(form.dataset.hcFacts || "{}")
  }

  function remembered(name) {
    return (history.state || {})[name]
  }

  // A jump within the page makes a place of its own in the history, with nothing in it: what was remembered comes along.
  // A browser may refuse it, for its size or because there was too much of it in a short time: then it is not remembered.
  function remember(name, value) {
    var added = {}
    if (name) added[name] = value
    try {
      history.replaceState(Object.assign({}, history.state || latest, added), "")
      latest = history.state
    } catch (error) {}
  }

  window.addEventListener("popstate", function (event) {
    if (event.state) latest = event.state
  })

  window.addEventListener("hashchange", function () {
    if (latest && !history.state) remember()
  })

  window.addEventListener("pageshow", function () {
    isShown = true
  })

  // Browsers put back what was answered before the page was left without a word, but all have done so by the time of pageshow.
  function whenAnswered(form, update) {
    form.addEventListener("change", update)
    window.addEventListener("pageshow", update)
    update()
  }

  // The same key sent twice gives the same ticket. After Back and after a reload it is still there, as it should be.
  function giveKey(form) {
    var field = form.elements.submission_key
    if (!field) return
    if (!field.value) field.value = remembered("hcKey") || newKey()
    remember("hcKey", field.value)
  }

  function newKey() {
    var bytes = crypto.getRandomValues(new Uint8Array(16))
    return Array.from(bytes, function (byte) {
      return byte.toString(16).padStart(2, "0")
    }).join("")
  }

  function chosen(form, name) {
    var field = form.elements[name]
    return field ? field.value : ""
  }

  function hasPriority(form) {
    return (facts(form).with_priority || (form.dataset.withPriority || "").split(" ")).indexOf(chosen(form, "request_type")) >= 0
  }

  // The priority level that the answers to how badly and how many people suggest; an empty text when they suggest none.
  function suggestedLevel(form) {
    var byExtent = (facts(form).suggests || {})[chosen(form, "effect")] || {}
    return hasPriority(form) ? byExtent[chosen(form, "extent")] || "" : ""
  }

  // Effect and situation are asked for an incident only. What was answered is kept, in case the type is changed back.
  function showOnlyWhatMatters(form) {
    var questions = form.querySelectorAll("fieldset#effect-field, fieldset#situation-field")
    if (!questions.length || !form.elements.request_type) return
    var update = function () {
      questions.forEach(function (question) {
        question.hidden = !hasPriority(form)
        // Disabled as well, so that it is not sent; but not before the browser has put back what was answered, which it does not there.
        question.disabled = question.hidden && isShown
      })
    }
    whenAnswered(form, update)
  }

  function showPromise(form) {
    var place = form.querySelector("[data-hc-promise]")
    if (!place || !form.elements.request_type) return
    var asked = ""
    var update = function () {
      var mine = promiseQuery(form)
      if (!mine || mine === asked) return
      asked = mine
      fetch("/api/promise?" + mine, { headers: { Accept: "application/json" } })
        .then(function (answer) {
          return answer.ok ? answer.json() : null
        })
        .then(function (promise) {
          // Only the last question asked is answered; without an answer nothing is promised.
          if (mine === asked) sayPromise(place, promise)
        })
        .catch(function () {
          if (mine === asked) {
            place.textContent = ""
            asked = ""
          }
        })
    }
    whenAnswered(form, update)
    // What is promised moves on with the clock while somebody writes. A form that the check page replaced can come back.
    setInterval(function () {
      if (!form.isConnected) return
      asked = ""
      update()
    }, A_MINUTE)
  }

  function promiseQuery(form) {
    var type = chosen(form, "request_type")
    var level = hasPriority(form) ? chosen(form, "situation") : ""
    if (!/^P\d$/.test(level)) level = suggestedLevel(form)
    return type && new URLSearchParams(level ? { type: type, priority: level } : { type: type }).toString()
  }

  function sayPromise(place, promise) {
    var due = document.createElement("strong")
    var after = document.createElement("p")
    due.textContent = promise ? promise.text : ""
    if (promise) after.append("Send now and we aim to answer by ", due, inReadersTime(promise))
    // Written only when it changes, so that a screen reader says it once.
    if (after.textContent !== place.textContent) place.replaceChildren.apply(place, Array.from(after.childNodes))
  }

  function inReadersTime(promise) {
    var due = new Date(promise.due)
    var offset = /([+-])(\d\d):(\d\d)$/.exec(promise.due)
    var ours = (Number(offset[2]) * 60 + Number(offset[3])) * (offset[1] === "-" ? -1 : 1)
    if (-due.getTimezoneOffset() === ours) return ""
    var time = new Intl.DateTimeFormat("en-AU", { weekday: "short", hour: "numeric", minute: "2-digit" }).format(due)
    return " (" + time + " your time)"
  }

  function countAll(form) {
    form.querySelectorAll("textarea[data-limit]").forEach(countCharacters)
  }

  function countCharacters(area) {
    var shown = document.getElementById(area.id + "-limit")
    var limit = Number(area.dataset.limit)
    var plain = shown.textContent
    var spoken = document.createElement("p")
    spoken.className = "hc-visually-hidden"
    spoken.setAttribute("role", "status")
    shown.after(spoken)
    shown.setAttribute("aria-live", "off")
    var timer
    var update = function () {
      // In characters, as the server counts: JavaScript's own length counts some of them twice.
      var left = limit - Array.from(area.value.normalize("NFC").trim()).length
      var words =
        left >= 0
          ? "You have " + left.toLocaleString("en-AU") + " character" + (left === 1 ? "" : "s") + " left"
          : "You have " + (-left).toLocaleString("en-AU") + " character" + (left === -1 ? "" : "s") + " too many"
      var near = limit - left >= limit * NEARLY
      shown.textContent = near ? words : plain
      shown.classList.toggle("hc-count--over", left < 0)
      clearTimeout(timer)
      timer = setTimeout(function () {
        spoken.textContent = near ? words : ""
      }, PAUSE)
    }
    area.addEventListener("input", update)
    window.addEventListener("pageshow", update)
    update()
  }

  // How long the page has been open tells people from programs, so it is said only where somebody began with an empty form.
  function tellSeconds(form) {
    var field = form.elements.seconds
    if (!field) return
    var came = performance.getEntriesByType("navigation")[0]
    var isFresh = isFirst && came && came.type === "navigate" && !remembered("hcAnswers")
    var look = function () {
      if (document.querySelector("[data-hc-error-summary], .hc-notice, [data-hc-check], form [autofocus]")) isFresh = false
      if (Array.from(form.elements).some(wasRestored)) isFresh = false
    }
    look()
    window.addEventListener("pageshow", look, { once: true })
    form.addEventListener("submit", function () {
      field.value = isFresh ? Math.floor(performance.now() / 1000) : ""
    })
  }

  // Whether the browser put back what had been typed or chosen before.
  function wasRestored(control) {
    if (control.type === "hidden" || control.name === "browser") return false
    if (control.type === "radio") return control.checked !== control.defaultChecked
    if (control.tagName === "SELECT") return control.selectedIndex > 0
    return /^(INPUT|TEXTAREA)$/.test(control.tagName) && control.value !== (control.defaultValue || "")
  }

  function focusErrorSummary() {
    var summary = document.querySelector("[data-hc-error-summary]")
    if (!summary || summary.dataset.hcReady) return
    summary.dataset.hcReady = "yes"
    summary.focus()
    summary.addEventListener("click", function (event) {
      var link = event.target.closest("a")
      var control = link && document.getElementById(link.hash.slice(1))
      if (!control) return
      event.preventDefault()
      // The question is brought into view, not only its control, which can lie far below it. A notice belongs to none.
      var question = control.closest("fieldset") || control.closest(".hc-field")
      ;((question && question.querySelector("legend, label")) || control).scrollIntoView()
      control.focus({ preventScroll: true })
    })
  }

  // With instant navigation the page's script runs once, and document$ tells of each page that follows.
  if (window.document$) window.document$.subscribe(start)
  else document.addEventListener("DOMContentLoaded", start)
})()
