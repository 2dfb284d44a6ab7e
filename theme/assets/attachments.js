// Sends files as soon as they are chosen, dropped or pasted, one after the other, and keeps them with the form whatever happens to it.
// Without this script the same input sends them with the form.
(function () {
  "use strict"

  var ADDRESS = "/api/attachments"
  var LONGEST_WAIT = 20000 // ms; longer with what a slow line carries
  var BYTES_A_MS = 100
  var queues = new Map() // by form

  window.hcForms.each(function (form) {
    var field = form.querySelector("[data-hc-files]")
    // A form that the browser sends itself would not wait for files that are under way: there they go with it.
    if (!field || !form.dataset.hcSends || !window.hcForms.FileList || !window.hcForms.otherWays) return
    var queue = new Queue(form, field)
    queues.set(form, queue)
    queue.restore()
    takeChosen(queue)
    window.hcForms.otherWays(form, field, queue.take.bind(queue))
  })

  // What sending a form needs to know: whether files are under way, when they no longer are, and which could not be sent.
  window.hcFiles = {
    isPending: function (form) {
      return queues.has(form) && queues.get(form).isPending()
    },
    pending: function (form) {
      return queues.has(form) ? queues.get(form).pending() : Promise.resolve()
    },
    unsent: function (form) {
      return queues.has(form) ? queues.get(form).unsent() : []
    },
  }

  // The input is emptied of what is taken, so that it is not sent a second time with the form.
  function takeChosen(queue) {
    var input = queue.list.input
    var take = function () {
      var files = Array.from(input.files)
      if (!files.length) return
      input.value = ""
      queue.take(files)
    }
    input.addEventListener("change", take)
    // Some browsers choose the files again by themselves, after Back.
    take()
    window.addEventListener("pageshow", take, { once: true })
  }

  function Queue(form, field) {
    this.facts = window.hcForms.facts(form)
    this.list = new window.hcForms.FileList(field)
    this.list.onRemove = this.forget.bind(this)
    this.list.onAgain = this.add.bind(this)
    this.waiting = []
    this.underWay = null
    this.request = null
    this.onIdle = []
  }

  Queue.prototype.isPending = function () {
    return Boolean(this.underWay) || this.waiting.length > 0
  }

  Queue.prototype.pending = function () {
    var queue = this
    return new Promise(function (resolve) {
      if (queue.isPending()) queue.onIdle.push(resolve)
      else resolve()
    })
  }

  // What failed is still there: it goes with the form, and is said to be wrong there if it is.
  Queue.prototype.unsent = function () {
    return this.list.entries
      .filter(function (entry) {
        return entry.file && entry.state === "failed"
      })
      .map(function (entry) {
        return entry.file
      })
  }

  // Sends the files that there is room for, and says what is wrong with the others.
  Queue.prototype.take = function (files) {
    var problems = []
    var taken = 0
    files.forEach(function (file) {
      var problem = this.problemOf(file)
      if (problem) return problems.push(problem)
      taken += 1
      this.waiting.push(this.list.add(file))
    }, this)
    this.list.showProblems(problems)
    if (taken) this.list.say(taken === 1 ? "Adding 1 file" : "Adding " + taken + " files")
    this.next()
  }

  Queue.prototype.problemOf = function (file) {
    var facts = this.facts
    if (this.list.entries.length >= facts.most) return file.name + ": you can only select up to " + facts.most + " files"
    if (file.size > facts.largest) return file.name + ": the selected file " + facts.too_large
    if (this.list.totalSize() + file.size <= facts.together) return ""
    return file.name + ": the selected files must be " + facts.together / 1e6 + " MB or smaller together"
  }

  Queue.prototype.add = function (entry) {
    this.waiting.push(entry)
    this.next()
  }

  Queue.prototype.next = function () {
    if (this.underWay) return
    if (this.waiting.length) return this.send(this.waiting.shift())
    this.remember()
    this.tell()
    this.list.rest()
    this.onIdle.splice(0).forEach(function (resolve) {
      resolve()
    })
  }

  Queue.prototype.send = function (entry) {
    this.underWay = entry
    this.list.showSending(entry)
    this.request = upload(entry.file, this.list.showProgress.bind(this.list, entry), this.settle.bind(this, entry))
  }

  Queue.prototype.settle = function (entry, status, answer) {
    var isWanted = this.list.entries.indexOf(entry) >= 0
    this.underWay = this.request = null
    if (status === 201 && answer.token) {
      if (isWanted) this.list.showKept(entry, answer)
      else drop(answer.token)
    } else if (isWanted) {
      this.list.showFailed(entry, this.failureOf(entry, status, answer), isWorthTryingAgain(status))
    }
    this.next()
  }

  // The server names the file only where the file is what is wrong.
  Queue.prototype.failureOf = function (entry, status, answer) {
    if (isWorthTryingAgain(status)) return entry.name + " could not be uploaded: try again, or send the form and it goes with it"
    if (status === 413) return entry.name + ": the selected file " + this.facts.too_large
    if (!answer.error) return entry.name + " could not be uploaded: send the form and it goes with it"
    return status === 422 ? answer.error : entry.name + ": " + answer.error
  }

  Queue.prototype.forget = function (entry) {
    this.waiting = this.waiting.filter(function (one) {
      return one !== entry
    })
    if (this.underWay === entry) this.request.abort()
    if (entry.token) drop(entry.token)
    this.remember()
    this.tell()
  }

  // The browser forgets files when a page is left; the page's place in the history does not.
  Queue.prototype.remember = function () {
    window.hcForms.remember("hcFiles", this.list.kept())
  }

  // Files are answers too.
  Queue.prototype.tell = function () {
    this.list.field.dispatchEvent(new Event("change", { bubbles: true }))
  }

  Queue.prototype.restore = function () {
    this.list.restore(window.hcForms.remembered("hcFiles") || [])
    this.remember()
  }

  function drop(token) {
    fetch(ADDRESS + "/" + encodeURIComponent(token), { method: "DELETE", keepalive: true }).catch(function () {})
  }

  function isWorthTryingAgain(status) {
    return status === 0 || status >= 500
  }

  // Sends one file; `done` gets the status, 0 when there was no answer, and the answer's JSON or an empty object.
  function upload(file, progress, done) {
    var request = new XMLHttpRequest()
    var body = new FormData()
    body.append("file", file, file.name)
    request.open("POST", ADDRESS)
    request.setRequestHeader("Accept", "application/json")
    request.responseType = "json"
    request.timeout = LONGEST_WAIT + file.size / BYTES_A_MS
    request.upload.addEventListener("progress", function (event) {
      if (event.lengthComputable) progress(event.loaded / event.total)
    })
    request.addEventListener("loadend", function () {
      done(request.status, request.response || {})
    })
    request.send(body)
    return request
  }
})()
