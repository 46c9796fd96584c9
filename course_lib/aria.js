// Beside one explorer or question: names and values for screen readers, the keyboard, and a mark once the kernel is gone.
// What is here is an addition: where this file is not loaded, everything still works by mouse.

const set = (node, name, value) => node.getAttribute(name) === value || node.setAttribute(name, value);

// A picture wider than the page scrolls in its box, which the keyboard must reach then.
const sizes = new ResizeObserver(boxes => boxes.forEach(({ target }) => {
  if (target.scrollWidth > target.clientWidth) set(target, "tabindex", "0");
  else target.removeAttribute("tabindex");
}));

function describe(root) {
  for (const slider of root.querySelectorAll(".widget-slider")) {
    const [label, knob, readout] = [".widget-label", "[role=slider]", ".widget-readout"].map(
      part => slider.querySelector(part));
    set(knob, "aria-label", label.textContent);
    if (readout !== document.activeElement) set(knob, "aria-valuetext", readout.textContent);
    set(readout, "role", "textbox");
    set(readout, "aria-label", `${label.textContent}: type a value`);
    set(readout, "tabindex", "-1"); // one stop for each slider on the way through the page
  }
  // "sure" alone does not say of which answer.
  for (const button of root.querySelectorAll(".course-sure")) set(button, "aria-label", button.title);
  const picture = root.querySelector("img"), caption = root.querySelector("[role=status]");
  if (!picture || !caption) return;
  set(picture, "alt", caption.textContent);
  sizes.observe(picture.parentElement);
}

const GONE = ["terminating", "dead", "unknown"]; // unknown: the connection is lost, perhaps not for ever

function render({ model, el }, kernel) {
  let root, waiting, before;
  const changes = new MutationObserver(() => describe(root));

  // A bare key belongs to the control that has the focus. Notebook 7 takes arrows and Enter away to move between
  // cells; this attribute tells it not to. Shortcuts with Ctrl, Alt or Cmd, and Shift + Enter, stay with the notebook.
  const key = event => {
    if (!root?.contains(event.target)) return;
    const shortcut = event.ctrlKey || event.altKey || event.metaKey || (event.shiftKey && event.key === "Enter");
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !shortcut);
    if (event.key === "Enter" && event.target.matches(".widget-readout")) {
      event.preventDefault();
      event.target.blur();
    }
  };

  // A number typed over a readout goes to the kernel, which sets the slider or says why not.
  const begin = event => { before = event.target.textContent; };
  const commit = event => {
    const text = event.target.textContent;
    if (!event.target.matches(".widget-readout") || text === before) return;
    event.target.textContent = before;
    model.send({ slider: [...root.querySelectorAll(".widget-slider")].indexOf(event.target.parentElement), text });
  };

  // After a restart `ipywidgets` marks all views; of a kernel that was shut down, or lost, it says nothing.
  const tell = () => root?.classList.toggle("course-stopped", kernel.isDisposed || GONE.includes(kernel.status));

  const attach = () => {
    root = el.closest(".course-aria");
    if (!root) {
      waiting = setTimeout(attach, 50); // the page puts widgets in their place after it has made them
      return;
    }
    describe(root);
    changes.observe(root, { subtree: true, childList: true, characterData: true, attributeFilter: ["aria-valuetext"] });
    root.addEventListener("focusin", begin);
    root.addEventListener("focusout", commit);
    if (kernel) tell();
  };
  attach();
  window.addEventListener("keydown", key, true);
  for (const signal of [kernel?.statusChanged, kernel?.disposed]) signal?.connect(tell);
  return () => {
    for (const signal of [kernel?.statusChanged, kernel?.disposed]) signal?.disconnect(tell);
    clearTimeout(waiting);
    changes.disconnect();
    window.removeEventListener("keydown", key, true);
    root?.removeEventListener("focusin", begin);
    root?.removeEventListener("focusout", commit);
  };
}

// Once for each widget: the kernel is the one that made it, whichever the page has later.
export default () => {
  let kernel;
  return {
    initialize: ({ model }) => { kernel = model.widget_manager?.kernel; },
    render: given => render(given, kernel),
  };
};
