// Says which of the things that help us most are still missing, and which priority the answers suggest; in the policy's words,
// which the page brings with it. Neither holds up anybody.
(function () {
  "use strict"

  window.hcForms.each(function (form) {
    var facts = window.hcForms.facts(form)
    var hint = form.querySelector("[data-hc-evidence]")
    var suggestion = form.querySelector("[data-hc-suggestion]")
    var update = function () {
      if (hint && facts.evidence) showEvidence(form, facts, hint)
      if (suggestion && facts.suggests) showSuggestion(form, facts.levels, suggestion)
    }
    form.addEventListener("input", update)
    window.hcForms.whenAnswered(form, update)
  })

  // Only for what it helps with, so not before somebody has said what it is about.
  function showEvidence(form, facts, place) {
    place.hidden = (facts.evidence_for || []).indexOf(form.elements.request_type.value) < 0
    if (!place.hidden) showMissing(form, facts.evidence, place)
  }

  function showMissing(form, items, place) {
    var missing = items.filter(function (item) {
      return !item.fields.some(isGiven.bind(null, form))
    })
    var given = items.length - missing.length
    place.textContent = !missing.length
      ? "You have told us everything that helps us most."
      : (given ? "You have told us " + given + " of the " + items.length + " things that help us most. It would also help to add: " : "What helps us most: ") +
        missing
          .map(function (item) {
            return inASentence(item.text)
          })
          .join("; ")
          .replace(/\?;/g, ";")
          .replace(/([^?!.])$/, "$1.")
  }

  // What we filled in ourselves counts once the reader has begun to answer: until then they have told us nothing.
  function isGiven(form, name) {
    if (!isAnswered(form, name)) return false
    var isOurs = name === "browser" && window.hcForms.browserName && form.elements.browser.value === window.hcForms.browserName()
    return !isOurs || hasBegun(form)
  }

  function hasBegun(form) {
    return Array.from(form.elements).some(function (control) {
      return control.name && !/^(hidden|submit|button)$/.test(control.type) && !/^(request_type|browser|leave_empty)$/.test(control.name) && isAnswered(form, control.name)
    })
  }

  function isAnswered(form, name) {
    return Array.from(form.elements).some(function (control) {
      if (control.name !== name || control.matches(":disabled")) return false
      return control.type === "radio" || control.type === "checkbox" ? control.checked : control.value.trim() !== ""
    })
  }

  // "The browser" begins small within a sentence, "CDR consent" does not.
  function inASentence(text) {
    return /^\p{Lu}(?!\p{Lu})/u.test(text) ? text[0].toLowerCase() + text.slice(1) : text
  }

  function showSuggestion(form, levels, place) {
    var level = window.hcForms.suggestedLevel(form)
    var words = levels[level] ? suggestionOf(level, levels[level], form.elements.situation.value) : ""
    // Written only when it changes, so that a screen reader says it once.
    if (place.textContent !== words) place.textContent = words
  }

  function suggestionOf(level, known, chosen) {
    var isChosen = /^P\d$/.test(chosen)
    if (isChosen && chosen !== level) return "Your answers suggest " + level + "; you chose " + chosen + ". We may correct the priority with you."
    return (
      "Your answers suggest " + level + ": " + known.headline + ". We aim to respond within " + known.target + "." +
      (isChosen ? "" : " If another description fits better, choose it below.")
    )
  }
})()
