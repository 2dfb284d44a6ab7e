// Sends a form without leaving the page, so that nothing is lost when the way to us is broken: the answer is shown in place,
// a failure is said under the button, and every field stays as it is. Without what this needs the browser sends the form itself.
(function () {
  "use strict"

  var SECOND_CLICK = 1000 // ms in which a further click on the button is the same click
  var LONGEST_WAIT = 20000 // ms until we say that it failed; longer with files
  var BYTES_A_MS = 100 // what a slow line carries
  var PROOF_WAIT = 3000 // ms
  var SHOWN = [200, 404, 409, 410, 422, 429] // answers that are the form again, the page after it, or that the link is over
  var TOO_LARGE = 413
  var desks = []

  var isAble =
    window.fetch && window.FormData && window.AbortController && window.DOMParser && window.hcForms.exchange && window.hcForms.showFailed
  window.hcForms.each(isAble ? sendFromHere : ignoreSecondClick)

  // The form comes back as it was left, with "Sending…" in it, when the page it led to is left by Back.
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return
    desks.forEach(function (desk) {
      desk.rest()
    })
  })

  function ignoreSecondClick(form) {
    var last = -Infinity
    form.addEventListener("submit", function (event) {
      var now = performance.now()
      if (now - last < SECOND_CLICK) event.preventDefault()
      last = now
    })
  }

  function sendFromHere(form) {
    // A page that was built before this file, and kept by somebody's browser, has no place to say anything.
    if (!form.querySelector("[data-hc-sending]") || !form.querySelector("[data-hc-failed]")) return ignoreSecondClick(form)
    var desk = deskOf(form)
    form.dataset.hcSends = "from here"
    var clicked = null
    var isSecond = false
    desks.push(desk)
    form.addEventListener("click", function (event) {
      // Older browsers do not tell the form which button was pressed.
      clicked = event.target.closest("button[type=submit]")
      // The second half of a double click must not press what has come in the place of the first button.
      isSecond = event.detail > 1
    })
    form.addEventListener("submit", function (event) {
      var submitter = event.submitter || clicked
      var isIgnored = desk.isBusy || isSecond || performance.now() - desk.began < SECOND_CLICK
      event.preventDefault()
      clicked = null
      isSecond = false
      if (!isIgnored) send(form, submitter, desk)
    })
  }

  // What the form says about its sending.
  function deskOf(form) {
    var status = form.querySelector("[data-hc-sending]")
    var failed = form.querySelector("[data-hc-failed]")
    var button = form.querySelector("button.md-button--primary")
    var desk = {
      isBusy: false,
      began: -Infinity,
      start: function (words) {
        desk.isBusy = true
        desk.began = performance.now()
        desk.say(words)
        // Not disabled, which would take the focus from it.
        button.setAttribute("aria-disabled", "true")
        // What has the focus there is about to go.
        if (failed.contains(document.activeElement)) button.focus()
        failed.replaceChildren()
      },
      say: function (words) {
        // Written only when it changes, so that a screen reader says it once.
        if (status.textContent !== words) status.textContent = words
      },
      rest: function () {
        desk.isBusy = false
        status.textContent = ""
        button.removeAttribute("aria-disabled")
      },
    }
    return desk
  }

  function send(form, submitter, desk) {
    var files = window.hcFiles
    var isWaiting = files && files.isPending(form)
    desk.start(isWaiting ? "Sending your files first…" : "Sending…")
    var fail = function (isTooLarge) {
      desk.rest()
      window.hcForms.showFailed(form, isTooLarge, function () {
        if (!desk.isBusy) send(form, submitter, desk)
      })
    }
    Promise.all([
      isWaiting ? files.pending(form) : null,
      window.hcProof ? Promise.resolve(window.hcProof.ready(form, PROOF_WAIT)).catch(function () {}) : null,
    ])
      .then(function () {
        desk.say("Sending…")
        return post(form, submitter)
      })
      .then(function (answer) {
        if (answer.address) return leave(form, answer.address)
        if (!answer.page) return fail(answer.status === TOO_LARGE)
        desk.rest()
        desk.began = -Infinity
        window.hcForms.exchange(answer.page)
      })
      .catch(function () {
        fail(false)
      })
  }

  function leave(form, address) {
    if (window.hcForms.forgetAnswers) window.hcForms.forgetAnswers(form)
    location.assign(address)
  }

  // Gives {address} to go to, or {page} to show, or {status} alone. Rejects when the server cannot be reached, or not in time.
  function post(form, submitter) {
    var body = contentOf(form, submitter)
    var stop = new AbortController()
    var timer = setTimeout(function () {
      stop.abort()
    }, LONGEST_WAIT + sizeOfFiles(body) / BYTES_A_MS)
    return fetch(form.getAttribute("action") || location.pathname + location.search, {
      method: "POST",
      body: body,
      headers: { Accept: "text/html" },
      signal: stop.signal,
    })
      .then(function (response) {
        if (response.redirected) return { address: response.url }
        if (SHOWN.indexOf(response.status) < 0) return { status: response.status }
        return response.text().then(function (html) {
          var page = new DOMParser().parseFromString(html, "text/html")
          return { status: response.status, page: window.hcForms.isAnswer(page) ? page : null }
        })
      })
      .finally(function () {
        clearTimeout(timer)
      })
  }

  function contentOf(form, submitter) {
    var body = new FormData(form)
    if (submitter && submitter.name) body.append(submitter.name, submitter.value)
    if (window.hcFiles) {
      // What could not be sent beforehand goes with the form, as it would without this script.
      window.hcFiles.unsent(form).forEach(function (file) {
        body.append("files", file, file.name)
      })
    }
    return body
  }

  function sizeOfFiles(body) {
    return Array.from(body.values()).reduce(function (sum, value) {
      return sum + (value.size || 0)
    }, 0)
  }
})()
