// Lays the cells out on slides of 1280 × 720 before reveal.js starts: what does not fit goes on to a next slide.
"use strict";
const WIDTH = 1280, HEIGHT = 720;
const SLIGHTLY = [1, 0.95, 0.9, 0.85, 0.8]; // smaller letters are better than a slide with one line left over
const SMALLEST = 0.6; // of the usual letters; what needs smaller ones still is cut at a line, a row or a point
const WORTHWHILE = 440; // pixels of height that a picture should have beside its text

function fits(section) {
  const box = section.getBoundingClientRect(), style = getComputedStyle(section);
  const bottom = box.bottom - parseFloat(style.paddingBottom) + 1, right = box.right - parseFloat(style.paddingRight) + 1;
  return [...section.children].every(child => {
    if (child.matches("aside")) return true;
    const part = child.getBoundingClientRect();
    const wide = [child, ...child.querySelectorAll("pre, table, math, div.code")];
    return part.bottom <= bottom && wide.every(one =>
      one.getBoundingClientRect().right <= right && one.scrollWidth <= one.clientWidth + 1 + 9999 * (one.clientWidth === 0));
  });
}

function room(section, figure) {
  const box = section.getBoundingClientRect();
  return box.bottom - parseFloat(getComputedStyle(section).paddingBottom) - figure.getBoundingClientRect().top;
}

// The blocks of all cells of a slide in one row, each of a fragment's blocks knowing its step.
function blocks(section) {
  return [...section.querySelectorAll(":scope > .part")].flatMap(part => {
    part.remove();
    return [...part.children].map(block => {
      if (part.dataset.step) block.dataset.step = part.dataset.step;
      return block;
    });
  });
}

function next(section) {
  const after = document.createElement("section");
  after.dataset.where = section.dataset.where;
  section.after(after);
  show(after);
  return after;
}

function show(section) { section.style.cssText = "display: block; position: relative;"; }

function place(section, block) {
  section.insertBefore(block, section.querySelector(":scope > aside"));
  if (block.matches("figure")) {
    const picture = block.querySelector("img"), left = room(section, block);
    const controls = block.querySelector(".explorer-controls")?.offsetHeight ?? 0;
    const natural = (WIDTH - 100) * picture.naturalHeight / picture.naturalWidth + controls;
    if (left < Math.min(WORTHWHILE + controls, natural)) return false;
    block.style.height = `${Math.min(left, natural)}px`;
    return true;
  }
  return fits(section);
}

function shrink(section, block) {
  for (let size = 0.95; size >= SMALLEST; size -= 0.05) {
    block.style.fontSize = `${size}em`;
    for (const pre of block.matches("pre") ? [] : block.querySelectorAll("pre")) pre.style.fontSize = `${20 * size}px`;
    if (block.matches("pre")) block.style.fontSize = `${20 * size}px`;
    if (fits(section)) return true;
  }
  return false;
}

// What stands at the foot of a slide and belongs to what comes: headings, and sentences that go on there.
function lead(section) {
  const last = section.querySelector(":scope > aside")?.previousElementSibling ?? section.lastElementChild;
  if (!last || last.matches("aside")) return [];
  const unfinished = last.matches("p") && !last.querySelector("math[display=block]") && !/[.!?…)]["”]?\s*$/.test(last.textContent);
  const belongs = last.matches("h1, h2, h3") || unfinished;
  if (!belongs || last === section.firstElementChild) return [];
  last.remove();
  return [...lead(section), last];
}

// The rest of a list, a table or a quotation that is too long for one slide.
function split(section, block) {
  const holder = block.matches("ul, ol, blockquote") ? block : block.querySelector("tbody, ul, ol, blockquote, details");
  if (!holder || holder.children.length < 2) return null;
  const rest = block.cloneNode(true);
  const tail = rest.matches("ul, ol, blockquote") ? rest : rest.querySelector("tbody, ul, ol, blockquote, details");
  let kept = holder.children.length;
  while (kept > 1 && !fits(section)) holder.children[--kept].remove();
  for (let i = 0; i < kept; i++) tail.firstElementChild.remove();
  if (tail.matches("ol")) tail.start = (holder.start || 1) + kept;
  return tail.children.length ? rest : null;
}

function layOut(section) {
  show(section);
  const queue = blocks(section);
  for (const size of SLIGHTLY) {
    section.style.fontSize = `${size}em`;
    if (queue.every(block => place(section, block))) return;
    for (const block of queue) {
      block.remove();
      block.style.height = "";
    }
  }
  section.style.fontSize = "";
  let page = section;
  while (queue.length) {
    const block = queue.shift();
    if (place(page, block)) continue;
    const alone = [...page.children].every(child => child === block || child.matches("aside, h1, h2, h3"));
    if (!alone) {
      block.remove();
      block.style.height = "";
      const carried = lead(page);
      page = next(page);
      queue.unshift(...carried, block);
    } else if (!shrink(page, block)) {
      block.style.fontSize = "0.8em";
      const rest = split(page, block);
      if (rest) queue.unshift(rest);
    }
  }
}

// Slides that hold little are joined with the one before: what comes later comes as a step, so nothing is seen too early.
function join(column) {
  let page = column.firstElementChild;
  while (page.nextElementSibling) {
    const after = page.nextElementSibling, parts = [...after.children].filter(child => !child.matches("aside"));
    if (!joined(page, after, parts)) page = after;
  }
}

// A sentence that announces what the next slide begins with stands there, if there is room.
function carry(page, after) {
  const first = after?.firstElementChild, announced = lead(page);
  if (!announced.length) return;
  if (first && !first.matches("aside")) {
    for (const one of announced) after.insertBefore(one, first);
    const figure = after.querySelector("figure");
    if (fits(after) && (!figure || room(after, figure) >= figure.offsetHeight)) {
      for (const one of announced) delete one.dataset.step;
      return;
    }
  }
  for (const one of announced) page.insertBefore(one, page.querySelector(":scope > aside"));
}

function joined(page, after, parts) {
  const last = page.querySelector(":scope > aside"), notes = after.querySelector(":scope > aside");
  if (page.querySelector("figure") || after.querySelector("figure")) return false;
  const before = page.style.fontSize, steps = parts.map(part => part.dataset.step);
  const base = 1 + Math.max(0, ...[...page.children].map(child => Number(child.dataset.step ?? 0)));
  for (const part of parts) {
    page.insertBefore(part, last);
    part.dataset.step = String(base + Number(part.dataset.step ?? 0));
  }
  for (const size of SLIGHTLY) {
    page.style.fontSize = `${size}em`;
    if (!fits(page)) continue;
    if (notes && last) last.append(...notes.children);
    else if (notes) page.append(notes);
    after.remove();
    return true;
  }
  page.style.fontSize = before;
  parts.forEach((part, k) => {
    after.insertBefore(part, notes);
    if (steps[k] === undefined) delete part.dataset.step;
    else part.dataset.step = steps[k];
  });
  return false;
}

// A slide never begins empty: what it begins with is there from the start.
function stepwise(section) {
  const parts = [...section.children].filter(child => !child.matches("aside"));
  const first = parts[0]?.dataset.step;
  for (const part of parts) {
    if (!part.dataset.step || part.dataset.step === first) continue;
    part.classList.add("fragment");
    part.dataset.fragmentIndex = part.dataset.step;
  }
  section.classList.toggle("titled", !!parts[0]?.matches("h1, h2"));
  section.style.cssText = section.style.fontSize ? `font-size: ${section.style.fontSize}` : "";
}

async function start() {
  const slides = document.querySelector(".reveal .slides");
  slides.style.cssText = `width: ${WIDTH}px; height: ${HEIGHT}px; inset: 0 auto auto 0; transform: none;`;
  await document.fonts.load('20px "Deck Math"');
  await document.fonts.ready;
  await Promise.all([...document.images].map(image => image.decode().catch(() => {})));
  for (const column of slides.children) column.style.cssText = "display: block; position: relative; padding: 0; height: auto;";
  for (const section of document.querySelectorAll(".slides > section > section")) layOut(section);
  for (const column of slides.children) {
    for (const page of [...column.children]) carry(page, page.nextElementSibling);
    join(column);
  }
  for (const answer of document.querySelectorAll("section details")) { // opened, it and its question have the slide to themselves
    const section = answer.closest("section");
    answer.name = "answer"; // one at a time
    answer.open = true;
    if (!fits(section)) shrink(section, [...section.children].find(block => block.contains(answer)));
    answer.open = false;
  }
  for (const section of document.querySelectorAll(".slides > section > section")) stepwise(section);
  for (const column of slides.children) column.style.cssText = "";
  slides.style.cssText = "";
  await Reveal.initialize({
    width: WIDTH, height: HEIGHT, margin: 0, center: false, hash: true, transition: "none", slideNumber: "c/t",
    controls: true, plugins: [RevealNotes], pdfSeparateFragments: false,
  });
  document.documentElement.dataset.ready = "yes";
}

// Arrow keys and the space bar belong to the slides again once the hand has left a control.
document.addEventListener("click", event => {
  if (event.target.closest(".explorer-controls")) document.activeElement.blur();
});
start();
