// What staff can do when a reply could not be sent: try again, or copy what they wrote. Nothing typed is ever cleared.
(function () {
  "use strict"

  var done = document.getElementById("done")
  // What was sent from here comes back without the place in the page, and a screen reader says only what has the focus by then.
  if (done) done.focus({ preventScroll: true })

  // Shows the panel under the button of a form; `again` sends the same once more.
  window.hcForms.showFailed = function (form, isTooLarge, again) {
    var panel = form.querySelector("[data-hc-failed]")
    var words = document.createElement("p")
    var ways = document.createElement("div")
    // Not the buttons: those are read out when they are reached.
    panel.removeAttribute("role")
    words.setAttribute("role", "alert")
    words.textContent = isTooLarge
      ? "Your reply could not be sent: the files are too large together. Remove one or more of them. Your text is still here."
      : "Your reply could not be sent. Your text is still here."
    ways.className = "hc-failed__ways"
    ways.append(button("Try again", again))
    if (navigator.clipboard) ways.append(button("Copy text", copy.bind(null, form)))
    panel.replaceChildren(words, ways)
    panel.scrollIntoView({ block: "nearest" })
  }

  function button(label, act) {
    var made = document.createElement("button")
    made.type = "button"
    made.className = "md-button"
    made.textContent = label
    made.addEventListener("click", act)
    return made
  }

  function copy(form) {
    var status = form.querySelector("[data-hc-sending]")
    var text = form.elements.text
    // Emptied first, so that the same words are said a second time.
    status.textContent = ""
    navigator.clipboard.writeText(text.value).then(
      function () {
        status.textContent = "Copied"
      },
      function () {
        text.select()
        status.textContent = "Your text is selected: copy it with Ctrl+C or Command+C"
      }
    )
  }
})()
