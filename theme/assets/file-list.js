// The list of a form's files: those that are kept, under way, or could not be sent; and what is said of them.
(function () {
  "use strict"

  // The list of one field, with the files that the server listed there. `onRemove` and `onAgain` are for the owner to set;
  // each gets an entry: its `file` until that is kept, then its `token`; `name`, `said` (kind and size), `size` in bytes, `state`.
  function FileList(field) {
    this.field = field
    this.input = field.querySelector("input[type=file]")
    this.shown = field.querySelector(".hc-kept-files")
    this.status = field.querySelector("[data-hc-files-status]")
    this.entries = []
    this.added = 0 // files kept since the list was last at rest
    this.problems = [] // what was said of those that were not
    this.onRemove = null
    this.onAgain = null
    Array.from(this.shown.children).forEach(this.enterListed, this)
  }

  FileList.prototype.enterListed = function (item) {
    var said = part(item, "said").textContent
    this.enter({ state: "kept", item: item, name: part(item, "name").textContent, said: said, size: sizeSaid(said), token: item.dataset.token })
  }

  FileList.prototype.enter = function (entry) {
    entry.remove = entry.item.querySelector("button")
    // Not a button that sends the form: the file goes without that.
    entry.remove.type = "button"
    entry.remove.addEventListener("click", this.remove.bind(this, entry))
    this.entries.push(entry)
    return entry
  }

  FileList.prototype.add = function (file) {
    var entry = this.enter({ file: file, size: file.size, state: "waiting", item: newItem(file.name), name: file.name })
    part(entry.item, "said").textContent = "Waiting"
    this.shown.append(entry.item)
    return entry
  }

  // Puts back what was kept before the page was left, unless the server lists it already.
  FileList.prototype.restore = function (kept) {
    kept.forEach(function (file) {
      if (this.kept().some(hasToken(file.token))) return
      var entry = this.enter({ state: "waiting", item: newItem(file.name), name: file.name })
      this.shown.append(entry.item)
      fill(entry, file)
    }, this)
  }

  FileList.prototype.kept = function () {
    return this.entries.filter(isKept).map(function (entry) {
      return { token: entry.token, name: entry.name, said: entry.said, size: entry.size }
    })
  }

  FileList.prototype.totalSize = function () {
    return this.entries.reduce(function (sum, entry) {
      return sum + (entry.size || 0)
    }, 0)
  }

  // What is shown at a file already is said for screen readers only.
  FileList.prototype.say = function (words, shownElsewhere) {
    var unseen = document.createElement("span")
    unseen.className = "hc-visually-hidden"
    unseen.textContent = shownElsewhere || ""
    this.status.replaceChildren.apply(this.status, shownElsewhere ? [words, unseen] : [words])
  }

  FileList.prototype.showSending = function (entry) {
    var bar = document.createElement("progress")
    bar.max = 1
    bar.value = 0
    bar.setAttribute("aria-label", "Uploading " + entry.name)
    entry.state = "sending"
    clear(entry)
    part(entry.item, "said").textContent = "Uploading"
    entry.remove.before(bar)
  }

  FileList.prototype.showProgress = function (entry, share) {
    var bar = entry.item.querySelector("progress")
    if (bar) bar.value = share
  }

  FileList.prototype.showKept = function (entry, file) {
    this.added += 1
    fill(entry, file)
  }

  FileList.prototype.showFailed = function (entry, problem, isWorthTryingAgain) {
    var words = document.createElement("p")
    entry.state = "failed"
    clear(entry)
    part(entry.item, "said").textContent = ""
    words.className = "hc-error"
    words.textContent = problem
    entry.remove.before(words)
    if (isWorthTryingAgain) entry.remove.before(this.againButton(entry))
    this.problems.push(problem)
  }

  FileList.prototype.againButton = function (entry) {
    var again = plainButton("Try again", entry.name)
    again.classList.add("hc-kept-file__again")
    again.addEventListener(
      "click",
      function () {
        entry.remove.focus()
        this.onAgain(entry)
      }.bind(this)
    )
    return again
  }

  // Says how many were added and what is wrong with the others, once all are through.
  FileList.prototype.rest = function () {
    var added = this.added === 1 ? "1 file added" : this.added + " files added"
    var problems = this.problems.join(". ")
    if (problems) this.say(this.added ? added + ". " : "", problems)
    else if (this.added) this.say(added)
    this.added = 0
    this.problems = []
  }

  FileList.prototype.remove = function (entry) {
    var place = this.entries.indexOf(entry)
    this.entries.splice(place, 1)
    entry.item.remove()
    this.onRemove(entry)
    this.say(entry.name + " removed")
    var after = this.entries[place]
    if (after) after.remove.focus()
    else this.input.focus()
  }

  // Says at the field what is wrong with files that were not taken, in the place of what was said there before.
  FileList.prototype.showProblems = function (problems) {
    var id = this.input.id + "-error"
    var before = document.getElementById(id)
    var place = document.createElement("div")
    if (before) before.remove()
    this.field.classList.toggle("hc-field--wrong", problems.length > 0)
    this.describe(id, problems.length > 0)
    if (!problems.length) return
    place.id = id
    place.setAttribute("role", "alert")
    place.append.apply(place, problems.map(problemItem))
    this.shown.before(place)
  }

  FileList.prototype.describe = function (id, isWrong) {
    var ids = (this.input.getAttribute("aria-describedby") || "").split(" ").filter(function (one) {
      return one && one !== id
    })
    if (isWrong) ids.push(id)
    this.input.setAttribute("aria-describedby", ids.join(" "))
    if (isWrong) this.input.setAttribute("aria-invalid", "true")
    else this.input.removeAttribute("aria-invalid")
  }

  function problemItem(problem) {
    var words = document.createElement("p")
    var mark = document.createElement("span")
    words.className = "hc-error"
    mark.className = "hc-visually-hidden"
    mark.textContent = "Error: "
    words.append(mark, problem)
    return words
  }

  function fill(entry, file) {
    var hidden = document.createElement("input")
    clear(entry)
    entry.file = null
    entry.state = "kept"
    entry.token = file.token
    entry.size = file.size
    entry.said = file.said
    entry.name = file.name
    hidden.type = "hidden"
    hidden.name = "kept_file"
    hidden.value = file.token
    entry.item.dataset.token = file.token
    part(entry.item, "name").textContent = file.name
    part(entry.item, "said").textContent = file.said
    entry.remove.lastElementChild.textContent = " " + file.name
    entry.remove.before(hidden)
  }

  function clear(entry) {
    entry.item.querySelectorAll("progress, .hc-error, .hc-kept-file__again").forEach(function (one) {
      one.remove()
    })
  }

  function isKept(entry) {
    return entry.state === "kept"
  }

  function hasToken(token) {
    return function (file) {
      return file.token === token
    }
  }

  // A page says sizes in words only. That is close enough here: the server measures again.
  function sizeSaid(said) {
    var found = /([\d.]+) (bytes|kB|MB)$/.exec(said)
    return found ? Number(found[1]) * { bytes: 1, kB: 1e3, MB: 1e6 }[found[2]] : 0
  }

  function part(item, name) {
    return item.querySelector(".hc-kept-file__" + name)
  }

  function newItem(name) {
    var item = document.createElement("li")
    var called = document.createElement("span")
    var said = document.createElement("span")
    item.className = "hc-kept-file"
    called.className = "hc-kept-file__name"
    called.textContent = name
    said.className = "hc-kept-file__said"
    item.append(called, " ", said, " ", plainButton("Remove", name))
    return item
  }

  function plainButton(label, name) {
    var made = document.createElement("button")
    var which = document.createElement("span")
    made.type = "button"
    made.className = "hc-plain-button"
    which.className = "hc-visually-hidden"
    which.textContent = " " + name
    made.append(label, which)
    return made
  }

  window.hcForms.FileList = FileList
})()
