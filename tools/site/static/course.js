// Whatever scrolls sideways in a box of its own can be reached and scrolled with the keyboard.
const boxes = document.querySelectorAll("pre, .math, .text_html, .table-wrapper");
const reach = () => boxes.forEach(box => {
  if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
});
reach();
window.addEventListener("resize", reach);
window.addEventListener("load", reach); // the font of the formulas is there
document.addEventListener("toggle", reach, true); // an answer was opened

// A tap on a picture that a small screen has made small shows it large, and another one shows all of it again.
document.addEventListener("click", event => event.target.closest(".explorer-picture")?.classList.toggle("large"));
