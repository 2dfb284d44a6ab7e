// Keeps what somebody answers with the page's place in the browser's own history, as it keeps the form's key and files: so that a reload,
// Back after a link, and a tab that the browser threw away lose nothing. It is kept nowhere else, and gone once the form has been sent.
(function () {
  "use strict"

  var PAUSE = 300 // ms without typing
  var LONGEST = 50000 // characters of one answer; no form takes as many
  // The key and the files are kept in their own way, and a proof is good for one moment only.
  var NEVER = ["submission_key", "proof", "seconds", "leave_empty", "kept_file"]
  var isFirst = true // until the page's own form is started; those that come later bring answers with them
  var changed = new WeakSet() // forms with answers that a person gave
  var timer

  window.hcForms.each(function (form) {
    if (isFirst) restore(form)
    else keep(form)
    isFirst = false
    form.addEventListener("input", function () {
      changed.add(form)
      settle()
      timer = setTimeout(keepShown, PAUSE)
      // With pagehide alone, a reload comes too late to be told anything. Not listened to for longer: some browsers then do not keep the page.
      window.addEventListener("beforeunload", keepShown)
    })
    form.addEventListener("change", function () {
      keep(form)
    })
    // What was there when the answer came is what Back returns to.
    form.addEventListener("submit", keepShown)
  }, true)

  // For a form that has been sent. That there was one stays known.
  window.hcForms.forgetAnswers = function (form) {
    settle()
    changed.delete(form)
    window.hcForms.remember("hcAnswers", {})
    if (!form.hasAttribute("data-hc-check")) return
    // A reload shows the form anew here: it is to be one of its own.
    window.hcForms.remember("hcKey", "")
    window.hcForms.remember("hcFiles", null)
  }

  window.addEventListener("pagehide", keepShown)
  window.addEventListener("hashchange", keepShown)
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") keepShown()
  })

  function keepShown() {
    var form = document.querySelector("form[data-hc-form]")
    settle()
    if (form && changed.has(form)) keep(form)
  }

  function settle() {
    clearTimeout(timer)
    window.removeEventListener("beforeunload", keepShown)
  }

  function keep(form) {
    changed.add(form)
    window.hcForms.remember("hcAnswers", answersOf(form))
  }

  // Every answer by its field's name; of radio buttons the chosen one's. The check page has them in hidden fields.
  function answersOf(form) {
    var answers = {}
    Array.from(form.elements).forEach(function (control) {
      if (!control.name || NEVER.indexOf(control.name) >= 0 || /^(file|submit|button)$/.test(control.type)) return
      if (control.type === "radio" && !control.checked) return
      if (control.value.length <= LONGEST) answers[control.name] = control.value
    })
    return answers
  }

  function restore(form) {
    var answers = window.hcForms.remembered("hcAnswers") || {}
    if (!Object.keys(answers).length) return
    fill(form, answers)
    // Some browsers put back what they know themselves only after this; of what was typed at the very last they know more.
    window.addEventListener("pageshow", keep.bind(null, form), { once: true })
  }

  // Where nothing stands; what the browser put back before this is at least as new.
  function fill(form, answers) {
    Object.keys(answers).forEach(function (name) {
      var field = form.elements.namedItem(name)
      if (!field || field.type === "hidden" || field.value) return
      field.value = answers[name]
      // An option that there is no more.
      if (field.selectedIndex === -1) field.selectedIndex = 0
    })
  }
})()
