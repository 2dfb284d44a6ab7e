// What JavaScript adds to a form that works without it: the promise before sending, the browser's name,
// a key against sending twice, a character count, and only the questions that matter.
(function () {
  "use strict"

  var SECOND_CLICK = 1000 // ms in which a further click on the button is the same click
  var PAUSE = 1000 // ms without typing before a screen reader is told the count
  var A_MINUTE = 60000
  var NEARLY = 0.75 // of the limit: from here the count is shown

  function start() {
    document.querySelectorAll("form[data-hc-form]").forEach(function (form) {
      if (form.dataset.hcReady) return
      form.dataset.hcReady = "yes"
      giveKey(form)
      fillBrowser(form)
      showOnlyWhatMatters(form)
      showPromise(form)
      form.querySelectorAll("textarea[data-limit]").forEach(countCharacters)
      ignoreSecondClick(form)
    })
    focusErrorSummary()
  }

  // The same key sent twice gives the same ticket. After Back the key is still there, as it should be.
  function giveKey(form) {
    var field = form.elements.submission_key
    if (!field || field.value) return
    var bytes = crypto.getRandomValues(new Uint8Array(16))
    field.value = Array.from(bytes, function (byte) {
      return byte.toString(16).padStart(2, "0")
    }).join("")
  }

  function fillBrowser(form) {
    var field = form.elements.browser
    if (!field || field.value) return
    field.value = browserName()
    if (!field.value) return
    field.closest(".hc-field").querySelector(".hc-hint").textContent =
      "We’ve filled this in from your browser. Change it if the problem happened somewhere else"
  }

  function browserName() {
    var agent = navigator.userAgent
    var known = [
      [/Edg(?:A|iOS)?\/(\d+)/, "Edge"],
      [/OPR\/(\d+)/, "Opera"],
      [/SamsungBrowser\/(\d+)/, "Samsung Internet"],
      [/(?:Firefox|FxiOS)\/(\d+)/, "Firefox"],
      [/(?:Chrome|CriOS)\/(\d+)/, "Chrome"],
      [/Version\/(\d+)[.\d]* (?:Mobile\/\S+ )?Safari/, "Safari"],
      [/Trident\/.*rv:(\d+)/, "Internet Explorer"],
    ].find(function (one) {
      return one[0].test(agent)
    })
    var systems = [
      [/Android/, "Android"],
      [/iPhone|iPad/, "iOS"],
      [/Windows/, "Windows"],
      [/Mac OS X/, "macOS"],
      [/CrOS/, "ChromeOS"],
      [/Linux/, "Linux"],
    ]
    var system = systems.find(function (one) {
      return one[0].test(agent)
    })
    if (!known) return ""
    return known[1] + " " + known[0].exec(agent)[1] + (system ? " on " + system[1] : "")
  }

  function chosen(form, name) {
    var field = form.elements[name]
    return field ? field.value : ""
  }

  function hasPriority(form) {
    return form.dataset.withPriority.split(" ").indexOf(chosen(form, "request_type")) >= 0
  }

  // The situation is asked for an incident only. What was answered is kept, in case the type is changed back.
  function showOnlyWhatMatters(form) {
    var situation = form.querySelector("#situation-field")
    if (!situation) return
    var update = function () {
      // Disabled as well, so that it is not sent.
      situation.hidden = situation.disabled = !hasPriority(form)
    }
    form.addEventListener("change", update)
    update()
  }

  function showPromise(form) {
    var place = form.querySelector("[data-hc-promise]")
    if (!place || !form.elements.request_type) return
    var asked = ""
    var update = function () {
      var type = chosen(form, "request_type")
      var level = hasPriority(form) ? chosen(form, "situation") : ""
      var query = new URLSearchParams({ type: type })
      if (/^P\d$/.test(level)) query.set("priority", level)
      if (!type || query.toString() === asked) return
      asked = query.toString()
      var mine = asked
      fetch("/api/promise?" + asked, { headers: { Accept: "application/json" } })
        .then(function (answer) {
          return answer.ok ? answer.json() : null
        })
        .then(function (promise) {
          // Only the last question asked is answered; without an answer nothing is promised.
          if (mine !== asked) return
          var due = document.createElement("strong")
          due.textContent = promise ? promise.text : ""
          var said = promise ? ["Send now and we aim to answer by ", due, inReadersTime(promise)] : []
          // Written only when it changes, so that a screen reader says it once.
          var before = place.textContent
          var after = document.createElement("p")
          after.append.apply(after, said)
          if (after.textContent !== before) place.replaceChildren.apply(place, said)
        })
        .catch(function () {
          if (mine === asked) {
            place.textContent = ""
            asked = ""
          }
        })
    }
    form.addEventListener("change", update)
    update()
    // What is promised moves on with the clock while somebody writes.
    var timer = setInterval(function () {
      if (!form.isConnected) return clearInterval(timer)
      asked = ""
      update()
    }, A_MINUTE)
  }

  function inReadersTime(promise) {
    var due = new Date(promise.due)
    var offset = /([+-])(\d\d):(\d\d)$/.exec(promise.due)
    var ours = (Number(offset[2]) * 60 + Number(offset[3])) * (offset[1] === "-" ? -1 : 1)
    if (-due.getTimezoneOffset() === ours) return ""
    var time = new Intl.DateTimeFormat("en-AU", { weekday: "short", hour: "numeric", minute: "2-digit" }).format(due)
    return " (" + time + " your time)"
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
    update()
  }

  function ignoreSecondClick(form) {
    var last = -Infinity
    form.addEventListener("submit", function (event) {
      var now = performance.now()
      if (now - last < SECOND_CLICK) event.preventDefault()
      last = now
    })
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
      // The question is brought into view, not only its control, which can lie far below it.
      var question = control.closest("fieldset") || control.closest(".hc-field")
      question.querySelector("legend, label").scrollIntoView()
      control.focus({ preventScroll: true })
    })
  }

  // With instant navigation the page's script runs once, and document$ tells of each page that follows.
  if (window.document$) window.document$.subscribe(start)
  else document.addEventListener("DOMContentLoaded", start)
})()
