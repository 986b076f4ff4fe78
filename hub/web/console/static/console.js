// What pages do beside their HTML: the components of govuk-frontend. Every page works without it.
import { initAll } from "./vendor/govuk-frontend.js"

initAll()

// Parts of a page that were fetched anew get their components too.
document.addEventListener("htmx:after:settle", (event) => {
  for (const part of event.detail.newContent) {
    if (part instanceof Element) initAll({ scope: part })
  }
})
