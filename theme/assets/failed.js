// What a reader can do when a form could not be sent: try again, email what was written, or copy it. Nothing typed is ever cleared.
(function () {
  "use strict"

  var LONGEST_ADDRESS = 1800 // encoded characters: mail programs cut longer addresses, or do not open them at all
  var LONGEST_SUBJECT = 600 // of these
  var LONGEST_NAMES = 500
  var BETWEEN = "[\\s#:.\\-\\u2010-\\u2015\\u2212_]" // what people put between the letters and the number of a ticket ID
  var CUT = "\n\n[The rest did not fit. Use Copy text on the page, and paste it here.]"

  // Shows the panel under the button of a form; `again` sends the same once more.
  window.hcForms.showFailed = function (form, isTooLarge, again) {
    var panel = form.querySelector("[data-hc-failed]")
    var words = document.createElement("p")
    // Not the buttons: those are read out when they are reached.
    panel.removeAttribute("role")
    words.setAttribute("role", "alert")
    words.textContent = whatFailed(form, isTooLarge)
    var ways = document.createElement("div")
    ways.className = "hc-failed__ways"
    ways.append(button("Try again", again), emailLink(form), button("Copy text", copy.bind(null, form, ways)))
    panel.replaceChildren(words, ways)
    panel.scrollIntoView({ block: "nearest" })
  }

  function whatFailed(form, isTooLarge) {
    var noun = window.hcForms.facts(form).noun || "request"
    var why = isTooLarge ? ": the files are too large together. Remove one or more of them." : "."
    var files = !isTooLarge && fileNames(form).length ? " Your files are kept too." : ""
    return "We could not send your " + noun + why + " Your text is still here." + files
  }

  function button(label, act) {
    var made = document.createElement("button")
    made.type = "button"
    made.className = "md-button"
    made.textContent = label
    made.addEventListener("click", act)
    return made
  }

  function emailLink(form) {
    var link = document.createElement("a")
    link.className = "md-button"
    link.textContent = "Email it instead"
    link.href = mailto(form)
    // What was changed since goes into the email too.
    link.addEventListener("click", function () {
      link.href = mailto(form)
    })
    return link
  }

  function mailto(form) {
    var letter = letterOf(form)
    var address = "mailto:" + window.hcForms.facts(form).email
    var start = address + "?subject=" + encodeUpTo(letter.subject, LONGEST_SUBJECT) + "&body="
    var whole = start + encode(letter.text + letter.files)
    if (whole.length <= LONGEST_ADDRESS) return whole
    var end = encode(CUT) + encodeUpTo(letter.files, LONGEST_NAMES)
    return start + encodeUpTo(letter.text, LONGEST_ADDRESS - start.length - end.length) + end
  }

  // What is emailed and what is copied: the subject, the questions with their answers, and which files belong to it.
  function letterOf(form) {
    var names = fileNames(form)
    return {
      subject: subject(form),
      text: inWords(answers(form)),
      files: names.length ? "\n\nAttach these files by hand: " + names.join(", ") : "",
    }
  }

  // Mail programs want lines to end with both characters. Half a surrogate pair, which cannot be encoded, becomes a sign that something was there.
  function encode(text) {
    return encodeURIComponent(text.replace(/\n/g, "\r\n").replace(/\p{Surrogate}/gu, "\ufffd"))
  }

  // By whole characters: half of one cannot be encoded.
  function encodeUpTo(text, room) {
    var kept = ""
    Array.from(text).every(function (character) {
      var encoded = encode(character)
      if (kept.length + encoded.length > room) return false
      kept += encoded
      return true
    })
    return kept
  }

  function subject(form) {
    var summary = form.elements.summary
    var words = fixedSubject(form) || (summary && summary.value.trim()) || document.querySelector("h1").textContent
    return Array.from(words.trim()).slice(0, 150).join("")
  }

  function fixedSubject(form) {
    var facts = window.hcForms.facts(form)
    var ticket = form.elements.ticket
    return (facts.subject || "")
      .replace("{ticket_id}", function () {
        return ticket ? ticketId(ticket.value, facts.ticket_prefix) : ""
      })
      .trim()
  }

  // As we write it, however it was typed: bc 1001, #1001 and the subject of a mail are all the same. What is no ticket ID stays as it is.
  function ticketId(typed, prefix) {
    var plain = typed.normalize("NFKC").toUpperCase()
    var named = new RegExp("(?:^|[^A-Z0-9])" + prefix + BETWEEN + "*([0-9]+)(?![A-Z0-9])").exec(plain)
    var digits = named ? named[1] : plain.replace(new RegExp(BETWEEN + "|[\\[\\]()]", "g"), "")
    return prefix && /^0*[1-9]\d{0,8}$/.test(digits) ? prefix + "-" + Number(digits) : typed.trim()
  }

  // Each answer with its question, short ones first, so that only long texts are cut.
  function answers(form) {
    var found = form.hasAttribute("data-hc-check") ? checkedAnswers(form) : givenAnswers(form)
    return found
      .filter(function (one) {
        return one.answer
      })
      .sort(function (one, other) {
        return Number(one.answer.indexOf("\n") >= 0 || one.answer.length > 150) - Number(other.answer.indexOf("\n") >= 0 || other.answer.length > 150)
      })
  }

  function checkedAnswers(form) {
    return Array.from(form.querySelectorAll(".hc-answers > div")).map(function (row) {
      var answer = row.querySelector("dd:not(.hc-not-provided, .hc-check__change)")
      // Files are named by themselves, as those that have to be attached.
      var isInWords = answer && !answer.querySelector(".hc-kept-file__name")
      return { question: row.querySelector("dt").textContent.trim(), answer: isInWords ? answer.textContent.trim() : "" }
    })
  }

  function givenAnswers(form) {
    return Array.from(form.querySelectorAll(".hc-field:not([hidden], .hc-files)")).map(function (field) {
      var title = field.querySelector("legend, label").cloneNode(true)
      title.querySelectorAll(".hc-optional").forEach(function (mark) {
        mark.remove()
      })
      return { question: title.textContent.trim(), answer: given(field) }
    })
  }

  function given(field) {
    var control = field.querySelector("select, textarea, input:not([type=radio])")
    if (!control) {
      var chosen = field.querySelector("input:checked")
      return chosen ? field.querySelector('label[for="' + chosen.id + '"]').textContent.trim() : ""
    }
    if (control.tagName !== "SELECT") return control.value.trim()
    return control.value ? control.options[control.selectedIndex].text : ""
  }

  function inWords(found) {
    return found
      .map(function (one) {
        return one.question + (/[?.]$/.test(one.question) ? "" : ":") + "\n" + one.answer
      })
      .join("\n\n")
  }

  function fileNames(form) {
    return Array.from(form.querySelectorAll(".hc-kept-file__name"), function (name) {
      return name.textContent.trim()
    })
  }

  function copy(form, ways) {
    var letter = letterOf(form)
    var text = letter.subject + "\n\n" + letter.text + letter.files
    var copied = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject(new Error("no clipboard"))
    copied
      .catch(function () {
        if (!copySelected(text, ways)) throw new Error("not copied")
      })
      .then(
        function () {
          say(form, "Copied")
        },
        function () {
          say(form, "Your text is selected below: copy it with Ctrl+C or Command+C")
        }
      )
  }

  // The old way, for pages that may not write to the clipboard; where that fails too, the text is there and selected.
  function copySelected(text, ways) {
    var area = ways.parentElement.querySelector("textarea") || document.createElement("textarea")
    area.readOnly = true
    area.rows = 6
    area.setAttribute("aria-label", "Your text")
    area.value = text
    ways.after(area)
    area.select()
    var isCopied = document.execCommand("copy")
    if (isCopied) area.remove()
    return isCopied
  }

  // Emptied first, so that the same words are said a second time.
  function say(form, words) {
    var status = form.querySelector("[data-hc-sending]")
    status.textContent = ""
    requestAnimationFrame(function () {
      status.textContent = words
    })
  }
})()
