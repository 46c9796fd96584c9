// Hits of a search show the words around them. Sphinx would fetch the page, which no browser does from the disk.
"use strict";
(() => {
  const AROUND = 110; // letters before and after
  const asked = new URLSearchParams(location.search).get("q") ?? "";
  // The index knows words by their stems, "normalising" finds "normalised": here the last letters may be others.
  const stems = asked.split(/[^\p{L}\p{N}_]+/u).filter(one => one).map(one => /^\w{7,}$/.test(one) ? one.slice(0, -3) : one);
  const wanted = new RegExp(`(?:${stems.join("|")})[\\p{L}\\p{N}_]*`, "giu");

  /** Where in `text` most of the words stand together. @param {string} text */
  function best(text) {
    const hits = [...text.matchAll(wanted)];
    const near = hits.map(hit =>
      new Set(hits.filter(one => Math.abs(one.index - hit.index) < AROUND).map(one => one[0].toLowerCase())).size);
    return hits[near.indexOf(Math.max(...near))]?.index;
  }

  /** @param {HTMLLIElement} item */
  function add(item) {
    const path = decodeURI(new URL(/** @type {HTMLAnchorElement} */ (item.querySelector("a")).href).pathname);
    const name = Object.keys(TEXTS).find(one => path.endsWith(`/${one}`)), text = name ? TEXTS[name] : "", place = best(text);
    if (place === undefined) return;
    const start = place > AROUND ? text.indexOf(" ", place - AROUND) + 1 : 0, end = text.indexOf(" ", place + AROUND);
    const part = text.slice(Math.min(start, place), end < 0 ? undefined : end), excerpt = document.createElement("p");
    let at = 0;
    excerpt.append(start ? "… " : "");
    for (const hit of part.matchAll(wanted)) {
      const mark = document.createElement("mark");
      mark.textContent = hit[0];
      excerpt.append(part.slice(at, hit.index), mark);
      at = hit.index + hit[0].length;
    }
    excerpt.append(part.slice(at), end < 0 ? "" : " …");
    item.append(excerpt);
  }

  if (stems.length) new MutationObserver(changes => {
    for (const {addedNodes} of changes) for (const node of addedNodes) if (node instanceof HTMLLIElement) add(node);
  }).observe(/** @type {HTMLElement} */ (document.getElementById("search-results")), {childList: true, subtree: true});
})();
