// Fills in the name of the reader's browser, which many do not know and most problems are about.
(function () {
  "use strict"

  var FILLED_IN = "We’ve filled this in from your browser. Change it if the problem happened somewhere else"
  var isFirst = true // until the page's own form is started; those that come later bring the reader's own answer, an empty one too

  window.hcForms.each(function (form) {
    var field = form.elements.browser
    var mayFill = isFirst && !document.querySelector("[data-hc-error-summary]") && !window.hcForms.remembered("hcAnswers")
    isFirst = false
    if (!field || field.type === "hidden") return
    if (mayFill && !field.value) field.value = window.hcForms.browserName()
    showHint(field)
    window.addEventListener("pageshow", showHint.bind(null, field))
  })

  // Like "Chrome 142 on Windows"; an empty text for a browser that nobody knows.
  window.hcForms.browserName = function () {
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

  // Says that we filled it in as long as it holds what we would fill in, and the form's own example otherwise.
  function showHint(field) {
    var hint = field.closest(".hc-field").querySelector(".hc-hint")
    if (!hint) return
    if (!hint.dataset.hcExample) hint.dataset.hcExample = hint.textContent
    hint.textContent = field.value && field.value === window.hcForms.browserName() ? FILLED_IN : hint.dataset.hcExample
  }
})()
