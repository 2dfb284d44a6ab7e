// Proof of work: while somebody fills in a form, their browser solves a small task in the background, so that sending in bulk costs
// something. Nothing of it is seen or heard, and a form without a proof is sent all the same.
(function () {
  "use strict"

  var GOOD_FOR = 18 * 60000 // ms: the server takes it for 20 minutes
  var AGAIN = 60000 // ms to leave it alone after it has failed
  var GIVE_UP = 90000 // ms
  var WORKERS = 2 // the reader's other cores are the reader's
  var vendor = new URL("vendor/altcha/", document.currentScript.src)
  var proofs = new WeakMap() // form → what is known of its proof
  var widgetLoaded

  // From the document, so that a form that is put into the page later needs no word from anybody.
  ;["focusin", "input", "change"].forEach(function (event) {
    document.addEventListener(event, function (happened) {
      var form = happened.target.closest && happened.target.closest("form[data-hc-form]")
      if (form) prove(form)
    })
  })

  window.hcProof = { ready: ready }

  // Resolves when the form has its proof, or after so many milliseconds, or when there will be none; it never rejects.
  function ready(form, milliseconds) {
    return Promise.race([prove(form), wait(milliseconds)])
  }

  function prove(form) {
    var field = form.elements.proof
    if (!field || !canWork()) return Promise.resolve()
    if (!proofs.has(form)) proofs.set(form, {})
    var proof = proofs.get(form)
    if (proof.underWay) return proof.underWay
    // After Back, some browsers fill in the field anew with a proof that was used.
    var fresh = proof.value && proof.value === field.value && Date.now() < proof.until
    if (fresh || Date.now() < proof.notBefore) return Promise.resolve()
    proof.underWay = Promise.race([solve(), wait(GIVE_UP)])
      .then(function (value) {
        if (!value) throw new Error("no proof in time")
        field.value = proof.value = value
        proof.until = Date.now() + GOOD_FOR
        proof.notBefore = 0
        renewLater(form)
      })
      .catch(function () {
        proof.notBefore = Date.now() + AGAIN
      })
      .then(function () {
        proof.underWay = null
      })
    return proof.underWay
  }

  function canWork() {
    return window.isSecureContext && window.crypto && crypto.subtle && window.Worker && window.customElements
  }

  // Only for somebody who is looking: a forgotten tab works for nobody. Otherwise their next word in the form starts it.
  function renewLater(form) {
    setTimeout(function () {
      if (form.isConnected && document.visibilityState === "visible") prove(form)
    }, GOOD_FOR + 1)
  }

  function solve() {
    return loadWidget()
      .then(function () {
        return fetch("/api/challenge", { headers: { Accept: "application/json" } })
      })
      .then(function (answer) {
        if (!answer.ok) throw new Error("no challenge")
        return answer.json()
      })
      .then(work)
  }

  // The widget solves outside the form, in a place that is not rendered: not seen, not read out, not in the tab order, not sent.
  function work(challenge) {
    var place = document.createElement("div")
    var widget = document.createElement("altcha-widget")
    place.hidden = true
    return new Promise(function (resolve) {
      widget.addEventListener("load", function () {
        widget.configure({ challenge: challenge })
        resolve(widget.verify())
      })
      place.append(widget)
      document.body.append(place)
    })
      .then(function (done) {
        return done && done.payload
      })
      .finally(function () {
        place.remove()
      })
  }

  function loadWidget() {
    widgetLoaded =
      widgetLoaded ||
      new Promise(function (resolve, reject) {
        var script = document.createElement("script")
        script.type = "module"
        script.src = new URL("altcha.min.js", vendor)
        script.onload = function () {
          setUp(window.$altcha)
          resolve()
        }
        script.onerror = function () {
          widgetLoaded = null
          script.remove()
          reject(new Error("no widget"))
        }
        document.head.append(script)
      })
    return widgetLoaded
  }

  function setUp(altcha) {
    altcha.algorithms.set("PBKDF2/SHA-256", function () {
      return new Worker(new URL("pbkdf2.js", vendor))
    })
    // It would watch pointer, keys and scrolling, and wait for half a second.
    altcha.defaults.set({ humanInteractionSignature: false, minDuration: 0, workers: WORKERS, timeout: GIVE_UP })
  }

  function wait(milliseconds) {
    return new Promise(function (resolve) {
      setTimeout(resolve, milliseconds)
    })
  }
})()
