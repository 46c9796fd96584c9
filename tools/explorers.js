// Explorers without a kernel: controls choose among pictures that were drawn when this page was built.
// Nothing is loaded before an explorer is touched. No library, no network: frames come from a script beside the page, or
// stand in the page itself.
"use strict";

/**
 * @typedef {[number, number, number]} Frame  background, what moves, text: places in `parts`
 * @typedef {{states: [number[], Frame[]][], values: string[][], parts: string[]}} Frames
 */

const PAUSE = 150; // milliseconds between two pictures of a recorded run

/** @type {Map<string, Promise<Frames>>} what was asked for, by key */
const asked = new Map();
/** @type {Map<string, (frames: Frames) => void>} those who wait for it */
const waiting = new Map();
/** @type {StaticExplorer | undefined} the one that holds decoded pictures */
let active;

/** Called by the scripts that hold frames. @param {string} key @param {Frames} frames */
function explorerFrames(key, frames) {
  waiting.get(key)?.(frames);
  waiting.delete(key);
}

/** What stands under `key`, in the page or in a script; what cannot be had is asked for again the next time.
 * @param {string} key @param {string} source @returns {Promise<Frames>} */
function load(key, source) {
  const inside = document.getElementById(`frames-${key}`);
  if (inside) return Promise.resolve(JSON.parse(inside.textContent ?? ""));
  const coming = asked.get(key) ?? new Promise((resolve, reject) => {
    waiting.set(key, resolve);
    const script = document.createElement("script");
    script.src = source;
    script.onerror = () => {
      asked.delete(key);
      reject(new Error(`${source} cannot be read`));
    };
    document.head.append(script);
  });
  asked.set(key, coming);
  return coming;
}

/** The frames of an explorer, with the pictures that it shares with others of the page.
 * @param {DOMStringMap} data @returns {Promise<Frames>} */
async function framesOf({key = "", source = "", group}) {
  const [own, shared] = await Promise.all([load(key, source), group && load(group, source.replace(key, group))]);
  return shared ? {...own, parts: [...shared.parts, ...own.parts]} : own;
}

/** @param {string} encoded a WebP in base64 @returns {Promise<ImageBitmap>} */
function decoded(encoded) {
  const letters = atob(encoded), bytes = new Uint8Array(letters.length);
  for (let k = 0; k < letters.length; k++) bytes[k] = letters.charCodeAt(k);
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
    /** @type {Map<number, Promise<ImageBitmap>>} by place in `parts` */
    this.bitmaps = new Map();
    this.note = /** @type {HTMLElement} */ (root.querySelector(".explorer-note"));
    this.text = /** @type {HTMLElement} */ (root.querySelector(".explorer-text"));
    this.play = /** @type {HTMLButtonElement | null} */ (root.querySelector("[data-play]"));
    this.controls = /** @type {(HTMLInputElement | HTMLSelectElement)[]} */ ([...root.querySelectorAll("[data-control]")]);
    this.canvas = document.createElement("canvas");
    this.canvas.width = Number(root.dataset.width);
    this.canvas.height = Number(root.dataset.height);
    this.canvas.setAttribute("role", "img");
    const touched = () => void this.ready().then(() => this.ahead());
    for (const event of ["pointerenter", "pointerdown", "focusin"]) root.addEventListener(event, touched, {once: true});
    for (const control of this.controls) control.addEventListener("input", () => this.moved(control));
    root.addEventListener("click", event => this.pressed(/** @type {HTMLElement} */ (event.target)));
    /** @type {HTMLElement} */ (root.querySelector(".explorer-controls")).hidden = false;
  }

  /** The frames, asked for once; what cannot be had is said, and asked for again at the next touch. */
  async ready() {
    this.loading ??= framesOf(this.root.dataset);
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
    const before = frames.states[this.state][0], state = this.target(frames, place, value);
    const back = frames.states[state][0].flatMap((one, k) => k === place || one === before[k] ? [] : [this.name(k)]);
    this.show(state, back.length ? `Moved back, as no other pictures were drawn: ${back.join(", ")}. In JupyterLab they stay.` : "");
  }

  /** The state to which a control leads when it moves to `value`. @param {Frames} frames @param {number} place @param {number} value */
  target({states}, place, value) {
    const before = states[this.state][0];
    const exact = states.findIndex(([indices]) => indices.every((one, k) => one === (k === place ? value : before[k])));
    return exact >= 0 ? exact : states.findIndex(([indices]) => indices[place] === value);
  }

  /** The frame that stands for a state. @param {Frames} frames @param {number} state */
  first({states}, state) {
    return Math.min(Number(this.root.dataset.at), states[state][1].length - 1);
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
    this.frame = this.first(frames, state);
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
      const pictures = await Promise.all([this.bitmap(this.frames, behind), this.bitmap(this.frames, moving)]);
      const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", {alpha: false}));
      for (const picture of pictures) context.drawImage(picture, 0, 0);
      this.canvas.setAttribute("aria-label", parts[text]);
      if (!this.canvas.isConnected) this.root.querySelector("img")?.replaceWith(this.canvas);
      this.root.dataset.shown = shown; // for whoever waits for the picture
    }
    this.drawing = false;
    if (!this.timer && drawn) this.text.textContent = this.frames.parts[drawn[2]]; // what keeps changing cannot be read
    this.ahead();
  }

  /** @param {Frames} frames @param {number} place in `parts` */
  bitmap({parts}, place) {
    const known = this.bitmaps.get(place) ?? decoded(parts[place]);
    this.bitmaps.set(place, known);
    return known;
  }

  /** Decode what the next key can ask for, so that it shows at once, and let go of everything else. */
  ahead() {
    if (!this.frames || this.drawing) return;
    if (active !== this) active?.keep([]);
    active = this;
    const {states, values} = this.frames, [indices, run] = states[this.state];
    const near = [run[this.frame], run[this.frame + 1] ?? run[0]];
    for (const control of this.controls) {
      const place = Number(control.dataset.control);
      for (const value of [indices[place] - 1, indices[place] + 1]) {
        if (!(value in values[place])) continue;
        const state = this.target(this.frames, place, value);
        near.push(states[state][1][this.first(this.frames, state)]);
      }
    }
    const places = near.flatMap(frame => frame.slice(0, 2));
    this.keep(places);
    for (const place of places) void this.bitmap(this.frames, place);
  }

  /** @param {number[]} places of the pictures that stay */
  keep(places) {
    if (this.drawing) return;
    for (const [place, picture] of this.bitmaps) {
      if (places.includes(place)) continue;
      this.bitmaps.delete(place);
      void picture.then(one => one.close());
    }
  }
}

for (const root of document.querySelectorAll(".explorer")) new StaticExplorer(/** @type {HTMLElement} */ (root));
