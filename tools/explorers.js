// Explorers without a kernel: controls choose among pictures that were drawn when this page was built.
// Nothing is loaded before an explorer is touched. No library, no network: frames come from a script beside the page, or
// stand in the page itself.
"use strict";

/**
 * @typedef {[number, number, number]} Frame  background, what moves, text: places in `parts`
 * @typedef {{states: [number[], Frame[]][], values: string[][], parts: string[]}} Frames
 */

const PAUSE = 150; // milliseconds between two pictures of a recorded run

/** @type {Map<string, (frames: Frames) => void>} those who wait for their frames, by key */
const waiting = new Map();

/** Called by the scripts that hold frames. @param {string} key @param {Frames} frames */
function explorerFrames(key, frames) {
  waiting.get(key)?.(frames);
  waiting.delete(key);
}

/** The frames of an explorer. @param {string} key @param {string} source @returns {Promise<Frames>} */
function load(key, source) {
  const inside = document.getElementById(`frames-${key}`);
  if (inside) return Promise.resolve(JSON.parse(inside.textContent ?? ""));
  return new Promise((resolve, reject) => {
    waiting.set(key, resolve);
    const script = document.createElement("script");
    script.src = source;
    script.onerror = () => reject(new Error(`${source} cannot be read`));
    document.head.append(script);
  });
}

/** @param {string} encoded a WebP in base64 @returns {Promise<ImageBitmap>} */
function bitmap(encoded) {
  const bytes = Uint8Array.from(atob(encoded), letter => letter.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], {type: "image/webp"}));
}

class StaticExplorer {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Frames | undefined} */
    this.frames = undefined;
    /** @type {Promise<Frames> | undefined} */
    this.loading = undefined;
    this.state = 0;
    this.frame = Number(root.dataset.at);
    this.timer = 0;
    this.fresh = true; // the run begins anew
    this.drawing = false;
    /** @type {{place: number, bitmap?: ImageBitmap}} */
    this.background = {place: -1};
    this.note = /** @type {HTMLElement} */ (root.querySelector(".explorer-note"));
    this.text = /** @type {HTMLElement} */ (root.querySelector(".explorer-text"));
    this.play = /** @type {HTMLButtonElement | null} */ (root.querySelector("[data-play]"));
    this.controls = /** @type {(HTMLInputElement | HTMLSelectElement)[]} */ ([...root.querySelectorAll("[data-control]")]);
    this.canvas = document.createElement("canvas");
    this.canvas.width = Number(root.dataset.width);
    this.canvas.height = Number(root.dataset.height);
    this.canvas.setAttribute("role", "img");
    const touched = () => void this.ready();
    for (const event of ["pointerenter", "pointerdown", "focusin"]) root.addEventListener(event, touched, {once: true});
    for (const control of this.controls) control.addEventListener("input", () => this.moved(control));
    root.addEventListener("click", event => this.pressed(/** @type {HTMLElement} */ (event.target)));
    /** @type {HTMLElement} */ (root.querySelector(".explorer-controls")).hidden = false;
  }

  /** The frames, asked for once; what cannot be had is said, and asked for again at the next touch. */
  async ready() {
    this.loading ??= load(this.root.dataset.key ?? "", this.root.dataset.source ?? "");
    try {
      this.frames = await this.loading;
    } catch (error) {
      this.loading = undefined;
      this.note.textContent = `The pictures of this explorer are missing: ${/** @type {Error} */ (error).message}.`;
    }
    return this.frames;
  }

  /** @param {HTMLInputElement | HTMLSelectElement} control */
  value(control) {
    return control instanceof HTMLInputElement && control.type === "checkbox" ? Number(control.checked) : Number(control.value);
  }

  /** A hand moved a control. @param {HTMLInputElement | HTMLSelectElement} control */
  async moved(control) {
    const frames = await this.ready();
    if (!frames) return;
    const place = Number(control.dataset.control), value = this.value(control);
    const before = frames.states[this.state][0];
    const wanted = before.map((one, k) => k === place ? value : one);
    const exact = frames.states.findIndex(([indices]) => indices.every((one, k) => one === wanted[k]));
    const state = exact >= 0 ? exact : frames.states.findIndex(([indices]) => indices[place] === value);
    const back = frames.states[state][0].flatMap((one, k) => one === wanted[k] ? [] : [this.name(k)]);
    this.show(state, back.length ? `Moved back, as no other pictures were drawn: ${back.join(", ")}. In JupyterLab they stay.` : "");
  }

  /** The label of a control. @param {number} place */
  name(place) {
    const control = this.root.querySelector(`[data-control="${place}"]`);
    const label = control ? this.root.querySelector(`label[for="${control.id}"]`)?.textContent : undefined;
    return label ?? this.root.querySelector(`[data-still="${place}"]`)?.firstChild?.textContent?.replace(/: $/, "") ?? "";
  }

  /** A button, if `target` is one. @param {HTMLElement} target */
  async pressed(target) {
    const button = target.closest("button");
    if (!button || !(await this.ready())) return;
    if (button.dataset.state) this.show(Number(button.dataset.state), "");
    else if (button === this.play && !this.timer) {
      this.timer = window.setInterval(() => this.advance(), PAUSE);
      button.textContent = "Pause";
      this.advance();
    } else {
      this.stop();
      if (button === this.play) this.draw();
      else this.advance();
    }
  }

  stop() {
    window.clearInterval(this.timer);
    this.timer = 0;
    if (this.play) this.play.textContent = "Play";
  }

  /** The next picture of the recorded run; after the last one the run begins anew. */
  advance() {
    const last = (this.frames?.states[this.state][1].length ?? 0) - 1;
    this.frame = this.fresh || this.frame >= last ? 0 : this.frame + 1;
    this.fresh = false;
    this.note.textContent = this.frame < last ? "" : last ? "The recorded run ends here; in JupyterLab it goes on."
      : "No run was recorded for these settings; press a preset, or Reset.";
    if (this.frame === last) this.stop();
    this.draw();
  }

  /** Go to a state: controls, words and picture. @param {number} state @param {string} note */
  show(state, note) {
    const frames = /** @type {Frames} */ (this.frames);
    this.stop();
    this.state = state;
    this.fresh = true;
    this.frame = Math.min(Number(this.root.dataset.at), frames.states[state][1].length - 1);
    this.note.textContent = note;
    const indices = frames.states[state][0];
    for (const control of this.controls) {
      const place = Number(control.dataset.control), words = frames.values[place][indices[place]];
      if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = indices[place] === 1;
      else control.value = String(indices[place]);
      if (!(control instanceof HTMLInputElement) || control.type !== "range") continue;
      control.setAttribute("aria-valuetext", words);
      /** @type {HTMLElement} */ (control.nextElementSibling).textContent = words;
    }
    for (const still of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("[data-still]"))) {
      const place = Number(still.dataset.still);
      /** @type {HTMLElement} */ (still.querySelector("output")).textContent = frames.values[place][indices[place]];
    }
    this.draw();
  }

  /** Draw the present frame; moves that come meanwhile are drawn by the last of them. */
  async draw() {
    if (this.drawing || !this.frames) return;
    this.drawing = true;
    /** @type {Frame | undefined} */
    let drawn;
    for (let frame; (frame = this.frames.states[this.state][1][this.frame]) !== drawn; drawn = frame) {
      const [behind, moving, text] = frame, {parts} = this.frames, shown = `${this.state}.${this.frame}`;
      const over = await bitmap(parts[moving]);
      if (behind !== this.background.place) this.background = {place: behind, bitmap: await bitmap(parts[behind])};
      const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
      context.drawImage(/** @type {ImageBitmap} */ (this.background.bitmap), 0, 0);
      context.drawImage(over, 0, 0);
      over.close();
      this.canvas.setAttribute("aria-label", parts[text]);
      if (!this.canvas.isConnected) this.root.querySelector("img")?.replaceWith(this.canvas);
      this.root.dataset.shown = shown; // for whoever waits for the picture
    }
    this.drawing = false;
    if (!this.timer && drawn) this.text.textContent = this.frames.parts[drawn[2]]; // what keeps changing cannot be read
  }
}

for (const root of document.querySelectorAll(".explorer")) new StaticExplorer(/** @type {HTMLElement} */ (root));
