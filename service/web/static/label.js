// One key, one label: presses the button that carries the key. Without this script the buttons do the same.
"use strict";

(() => {
  let pressed = false; // a second key before the next page would label it unseen

  const isTyping = (place) => place instanceof Element && place.closest("input, select, textarea") !== null;
  const hasModifier = (event) => event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;

  document.addEventListener("keydown", (event) => {
    if (event.repeat || hasModifier(event) || isTyping(event.target)) return;
    const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (wanted === null) return;
    event.preventDefault();
    if (pressed) return;
    pressed = true;
    wanted.click();
  });

  window.addEventListener("pageshow", () => { pressed = false; });
})();
