// Two more ways for files into a form, beside the button that every browser has: dropped on the field, or pasted anywhere in the form.
(function () {
  "use strict"

  // `take` gets the files of one field.
  window.hcForms.otherWays = function (form, field, take) {
    var more = document.createElement("p")
    more.className = "hc-hint hc-files__more-ways"
    more.textContent = "You can also drop files here, or paste a screenshot"
    field.querySelector("input[type=file]").after(more)
    field.classList.add("hc-files--drop")
    field.addEventListener("dragover", function (event) {
      if (!holdsFiles(event)) return
      event.preventDefault()
      event.dataTransfer.dropEffect = "copy"
      field.classList.add("hc-files--over")
    })
    field.addEventListener("dragleave", function (event) {
      if (!field.contains(event.relatedTarget)) field.classList.remove("hc-files--over")
    })
    field.addEventListener("drop", function (event) {
      field.classList.remove("hc-files--over")
      if (!holdsFiles(event)) return
      event.preventDefault()
      take(Array.from(event.dataTransfer.files))
    })
    document.addEventListener("paste", function (event) {
      var isHere = form.isConnected && (form.contains(event.target) || event.target === document.body)
      var pasted = isHere && event.clipboardData
      // What comes as text and picture at once, as from a spreadsheet, is wanted as text.
      if (!pasted || !pasted.files.length || pasted.types.indexOf("text/plain") >= 0) return
      event.preventDefault()
      take(Array.from(pasted.files, named))
    })
  }

  // A file dropped beside the field would open in the page's place, and take with it what was typed.
  ;["dragover", "drop"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      if (event.defaultPrevented || !holdsFiles(event) || !document.querySelector("form[data-hc-form]")) return
      event.preventDefault()
      event.dataTransfer.dropEffect = "none"
    })
  })

  function holdsFiles(event) {
    return event.dataTransfer && Array.from(event.dataTransfer.types).indexOf("Files") >= 0
  }

  // Browsers call every pasted picture the same; the moment tells one from another.
  function named(file) {
    if (!/^image\.\w+$/.test(file.name) && file.name) return file
    var now = new Date()
    var two = function (number) {
      return String(number).padStart(2, "0")
    }
    var day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-")
    var extension = { "image/jpeg": "jpg", "image/gif": "gif" }[file.type] || "png"
    var name = "Screenshot " + day + " " + two(now.getHours()) + "." + two(now.getMinutes()) + "." + extension
    return new File([file], name, { type: file.type })
  }
})()
