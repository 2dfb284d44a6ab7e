// Articles that may answer a question, found while its summary is typed. The site's own search index is searched here, in the browser:
// nothing that is typed leaves it. Without the index there are no suggestions, and nobody is told.
(function () {
  "use strict"

  var PAUSE = 500 // ms without typing
  var SHORTEST = 3 // characters; two where each is a word's worth
  var SHORTEST_CJK = 2
  var CJK = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/
  var MOST = 3
  var ENOUGH = 0.5 // of the words must be in an article
  var ARTICLES = "articles/"
  var GOOD = "Good to hear. You do not need to send anything."
  // Words that say nothing about what is asked.
  var COMMON = (
    "a about after all am an and any are as at be because been but by can cannot could did do does doing for from get had has have how i if in " +
    "into is it its just me more my no not of on or our please should so some than that the their them then there they this to too us was we " +
    "were what when where which who why will with would you your"
  ).split(" ")
  var assets = new URL(".", document.currentScript.src)
  var loading // what is searched, once somebody has begun to type

  window.hcForms.each(function (form) {
    var box = form.querySelector("[data-hc-suggested]")
    var field = form.elements.summary
    if (box && field && field.type !== "hidden") suggest(field, box, form.querySelector("[data-hc-suggested-status]"))
  })

  function suggest(field, box, status) {
    var timer
    var shown = ""
    var dismissed = "" // what was shown when it was put away
    box.className = "hc-suggested"
    var show = function (found) {
      var now = found
        .map(function (one) {
          return one.id
        })
        .join(" ")
      if (now === shown || (now && now === dismissed)) return
      dismissed = ""
      shown = now
      box.hidden = !found.length
      box.replaceChildren.apply(box, found.length ? contents(found) : [])
      status.textContent = found.length ? found.length + (found.length === 1 ? " article" : " articles") + " may answer this" : ""
    }
    field.addEventListener("focus", load)
    field.addEventListener("input", function () {
      clearTimeout(timer)
      timer = setTimeout(function () {
        load().then(function (search) {
          show(isLongEnough(field.value) ? search(field.value) : [])
        })
      }, PAUSE)
    })
    ;[field, box].forEach(function (place) {
      place.addEventListener("keydown", function (event) {
        if (event.key !== "Escape" || box.hidden) return
        var away = shown
        clearTimeout(timer)
        show([])
        dismissed = away
        field.focus()
      })
    })
  }

  function isLongEnough(text) {
    var length = Array.from(text.trim()).length
    return length >= (CJK.test(text) ? SHORTEST_CJK : SHORTEST)
  }

  function contents(found) {
    var heading = document.createElement("h3")
    var list = document.createElement("ul")
    heading.textContent = "Articles that may answer this"
    list.append.apply(list, found.map(item))
    return [heading, list]
  }

  function item(article) {
    var made = document.createElement("li")
    var link = document.createElement("a")
    var button = document.createElement("button")
    var which = document.createElement("span")
    link.href = new URL("../" + article.id, assets).href
    link.target = "_blank"
    link.rel = "noopener"
    link.textContent = article.title + " (opens in a new tab)"
    which.className = "hc-visually-hidden"
    which.textContent = " (" + article.title + ")"
    button.type = "button"
    button.className = "hc-plain-button"
    button.append("This answered it", which)
    button.addEventListener("click", function () {
      count(article.id)
      var words = document.createElement("p")
      words.tabIndex = -1
      words.textContent = GOOD
      button.replaceWith(words)
      words.focus()
    })
    made.append(link, " ", button)
    return made
  }

  function count(page) {
    fetch("/api/answered", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ page: page }),
      keepalive: true,
    }).catch(function () {})
  }

  // Gives a function that finds articles for a text; one that finds none when there is nothing to search.
  function load() {
    if (loading) return loading
    loading = Promise.all([fetchIndex(), loadMiniSearch()])
      .then(function (both) {
        return searchOf(both[0])
      })
      .catch(function () {
        return function () {
          return []
        }
      })
    return loading
  }

  function fetchIndex() {
    return fetch(new URL("../search/search_index.json", assets)).then(function (answer) {
      if (!answer.ok) throw new Error("no search index")
      return answer.json()
    })
  }

  function loadMiniSearch() {
    return new Promise(function (resolve, reject) {
      var script = document.createElement("script")
      script.src = new URL("vendor/minisearch/minisearch.js", assets)
      script.onload = resolve
      script.onerror = reject
      document.head.append(script)
    })
  }

  function searchOf(index) {
    var engine = new window.MiniSearch({
      fields: ["title", "sections", "text"],
      storeFields: ["title"],
      tokenize: wordsOf,
      processTerm: function (word) {
        var lower = word.toLowerCase()
        return COMMON.indexOf(lower) < 0 ? lower : null
      },
    })
    engine.addAll(articlesOf(index))
    return function (text) {
      var asked = wordsOf(text).filter(function (word) {
        return COMMON.indexOf(word.toLowerCase()) < 0
      })
      return engine
        .search(text, {
          boost: { title: 4, sections: 2 },
          prefix: isOf(3),
          fuzzy: function (word) {
            return isOf(5)(word) ? 0.2 : false
          },
        })
        .filter(function (one) {
          return one.queryTerms.length >= asked.length * ENOUGH
        })
        .slice(0, MOST)
    }
  }

  function isOf(length) {
    return function (word) {
      return word.length >= length || CJK.test(word)
    }
  }

  // Some languages put no space between words.
  function wordsOf(text) {
    if (!window.Intl || !Intl.Segmenter) return text.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
    return Array.from(new Intl.Segmenter(undefined, { granularity: "word" }).segment(text))
      .filter(function (part) {
        return part.isWordLike
      })
      .map(function (part) {
        return part.segment
      })
  }

  // The index has a row for each section; an article is found by all of its own. The overview of articles is none.
  function articlesOf(index) {
    var articles = new Map()
    index.docs.forEach(function (row) {
      var parts = row.location.split("#")
      var id = parts[0]
      if (id.indexOf(ARTICLES) !== 0 || id === ARTICLES) return
      if (!articles.has(id)) articles.set(id, { id: id, title: "", sections: "", text: "" })
      var article = articles.get(id)
      if (parts.length === 1) article.title = plain(row.title)
      else article.sections += plain(row.title) + " "
      article.text += plain(row.text) + " "
    })
    return Array.from(articles.values()).filter(function (article) {
      return article.title
    })
  }

  function plain(html) {
    return new DOMParser().parseFromString(html || "", "text/html").body.textContent
  }
})()
