// Questions can be answered on the page: each option becomes a button and says why it is right or not. What was answered
// stays in this browser's own storage.
"use strict";
(() => {
  const KEY = "training-neural-networks: predictions";

  /** @returns {Record<string, string>} the letter chosen last, by title of the question */
  function answered() {
    try {
      return JSON.parse(localStorage.getItem(KEY) ?? "{}");
    } catch { // storage may be forbidden, or hold what another program wrote
      return {};
    }
  }

  /** @param {string} title @param {string} letter */
  function remember(title, letter) {
    try {
      localStorage.setItem(KEY, JSON.stringify({...answered(), [title]: letter}));
    } catch { /* then only this visit knows */ }
  }

  /** Options and reasons of the question that `answer` belongs to. @param {HTMLDetailsElement} answer */
  function question(answer) {
    const text = /** @type {HTMLElement} */ (answer.previousElementSibling);
    const options = text.innerHTML.split("<br>").map(line => line.trim());
    const [right, ...reasons] = [...answer.querySelectorAll("p")].map(one => one.textContent ?? "");
    return {text, options, right: right[0], reasons, title: text.previousElementSibling?.querySelector("strong")?.textContent ?? ""};
  }

  const shown = [...document.querySelectorAll("details")].filter(one =>
    one.querySelector("summary")?.textContent === "Answer" && one.previousElementSibling?.innerHTML.startsWith("a) ")
  ).map(answer => ({answer, ...question(answer)}));
  const line = document.createElement("p");

  function count() {
    const done = answered(), many = shown.filter(one => one.title in done).length;
    line.textContent = `Predictions answered in this chapter: ${many} of ${shown.length}.`;
  }

  for (const {answer, text, options, right, reasons, title} of shown) {
    const buttons = options.map((option, k) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "prediction";
      button.innerHTML = option;
      button.addEventListener("click", () => choose(k));
      return button;
    });
    const reason = document.createElement("p");
    reason.setAttribute("role", "status");

    /** @param {number} k */
    function choose(k) {
      const letter = options[k][0];
      buttons[k].classList.add(letter === right ? "right" : "wrong");
      reason.textContent = reasons[k];
      remember(title, letter);
      count();
    }
    text.replaceWith(...buttons, reason);
    answer.hidden = true;
    const before = options.findIndex(option => option[0] === answered()[title]);
    if (before >= 0) choose(before);
  }
  if (shown.length) {
    document.querySelector("h1")?.after(line);
    count();
  }
})();
