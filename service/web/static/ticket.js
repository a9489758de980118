// One key, one action: presses what carries the key. And the page asks whether somebody else is at the same ticket.
// Without this script the buttons do the same, and a change is told when a button is pressed.
"use strict";

(() => {
  const keys = () => {
    let pressed = false; // a second key before the next page would act on it unseen

    const isTyping = (place) => place instanceof Element && place.closest("input, select, textarea") !== null;
    const hasModifier = (event) => event.altKey || event.ctrlKey || event.metaKey || (event.shiftKey && event.key !== "?");

    document.addEventListener("keydown", (event) => {
      if (event.repeat || event.isComposing || hasModifier(event) || isTyping(event.target)) return;
      const wanted = document.querySelector(`[data-key~="${CSS.escape(event.key.toLowerCase())}"]`);
      if (wanted === null) return;
      event.preventDefault();
      const leads = wanted.tagName !== "SUMMARY";
      if (pressed && leads) return;
      pressed = pressed || leads;
      wanted.click();
      if (!leads) wanted.focus();
    });

    window.addEventListener("pageshow", () => { pressed = false; });
  };

  const watch = (place) => {
    let tag = null;

    const say = (text) => {
      const line = document.createElement("p");
      line.textContent = text;
      place.replaceChildren(line);
    };

    const ask = async () => {
      if (document.hidden) return true;
      const headers = tag === null ? {} : { "If-None-Match": tag };
      const answer = await fetch(place.dataset.url, { headers, redirect: "error" });
      if (answer.status === 404) say(place.dataset.gone);
      if (answer.status !== 200) return answer.status === 304 || answer.status >= 500;
      tag = answer.headers.get("ETag");
      const said = new DOMParser().parseFromString(await answer.text(), "text/html").body;
      if (said.textContent.trim() !== place.textContent.trim()) place.replaceChildren(...said.childNodes);
      return true;
    };

    const again = async () => {
      // Offline, or signed out elsewhere: the page stays as it is, and buttons tell.
      const goes_on = await ask().catch(() => true);
      if (goes_on) setTimeout(again, place.dataset.every * 1000);
    };
    setTimeout(again, place.dataset.every * 1000);
  };

  keys();
  const place = document.getElementById("now");
  if (place !== null) watch(place);
})();
