// Puts what the server answered in the place of what the page shows: the form with its errors, or the answers to be checked.
// What was there before is kept as it is, so that Back returns to it with everything that was typed.
(function () {
  "use strict"

  var views = {} // what the page showed at each of its places in the history, by name
  var load = Math.random().toString(36).slice(2) // names of an earlier load of the page mean nothing to this one
  var count = 0
  var current

  // Shows an answer of the server, a parsed document. To the check page, and from it, is a step that Back undoes.
  window.hcForms.exchange = function (answer) {
    var place = content(document)
    var isStep = isCheck(document) !== isCheck(answer)
    if (isStep) {
      keep(place)
      // The check page lists no files to remove, but after a reload there they belong to the form again.
      step({ hcView: nextName(), hcFiles: isCheck(answer) ? window.hcForms.remembered("hcFiles") : null })
    } else {
      // The answer brings its key and its files with it, or wants a new key.
      window.hcForms.remember("hcKey", "")
      window.hcForms.remember("hcFiles", null)
    }
    document.title = answer.title
    place.replaceChildren.apply(place, Array.from(document.adoptNode(content(answer)).childNodes))
    makeOwn(place)
    skipTo(place)
    window.hcForms.start()
    focus(place)
  }

  window.hcForms.isAnswer = function (answer) {
    return Boolean(content(answer) && content(answer).querySelector("form[data-hc-form]"))
  }

  function content(page) {
    var form = page.querySelector("form[data-hc-form]")
    return form && (form.closest(".md-content__inner") || form.parentElement)
  }

  function isCheck(page) {
    return Boolean(page.querySelector("form[data-hc-check]"))
  }

  // A browser may refuse it when there was too much of it in a short time: then Back leaves the page.
  function step(state) {
    try {
      history.pushState(state, "")
      current = state.hcView
    } catch (error) {}
  }

  // To the browser, what stands in a page is not the reader's, and it would not put it back when they return from the next page.
  function makeOwn(place) {
    place.querySelectorAll("form[data-hc-form] :is(input:not([type]), input[type=text], input[type=email], input[type=tel], textarea)").forEach(function (control) {
      var value = control.value
      control.defaultValue = ""
      control.value = value
    })
  }

  function nextName() {
    count += 1
    return load + "-" + count
  }

  function keep(place) {
    if (!current) current = nextName()
    window.hcForms.remember("hcView", current)
    views[current] = viewOf(place)
  }

  function viewOf(place) {
    return { title: document.title, nodes: Array.from(place.childNodes), focused: document.activeElement, scrolled: window.scrollY }
  }

  // The link at the top of the page skips to the heading, which may be another one now.
  function skipTo(place) {
    var link = document.querySelector(".md-skip")
    var heading = place.querySelector("h1")
    if (link && heading && heading.id) link.hash = heading.id
  }

  function focus(place) {
    var summary = place.querySelector("[data-hc-error-summary]")
    var wanted = place.querySelector("[autofocus]")
    var heading = place.querySelector("h1")
    if (summary) {
      window.scrollTo(0, 0)
      summary.focus()
    } else if (wanted) {
      var question = wanted.closest("fieldset") || wanted.closest(".hc-field") || wanted
      question.scrollIntoView()
      wanted.focus({ preventScroll: true })
    } else if (heading) {
      heading.tabIndex = -1
      window.scrollTo(0, 0)
      heading.focus({ preventScroll: true })
    }
  }

  window.addEventListener("popstate", function (event) {
    var name = (event.state || {}).hcView
    // A jump within the page, or a view that went with an earlier load of it: what is shown stays.
    if (!name || name === current) return
    var place = content(document)
    var view = views[name]
    if (!place || !view) return
    if (current) views[current] = viewOf(place)
    current = name
    document.title = view.title
    place.replaceChildren.apply(place, view.nodes)
    skipTo(place)
    window.scrollTo(0, view.scrolled)
    if (view.focused && view.focused.isConnected) view.focused.focus({ preventScroll: true })
  })
})()
