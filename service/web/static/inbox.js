// The list asks every few seconds whether anything changed, and is worked by keyboard.
// Without this script the same is done by reloading, links and buttons.
"use strict";

(() => {
  const inbox = document.getElementById("inbox");
  const live = document.getElementById("live");
  const bulk = document.getElementById("bulk");
  const say = inbox.dataset;
  const language = document.documentElement.lang;
  const remember = (name, value) => { try { sessionStorage.setItem(name, value); } catch { /* without it */ } };
  const recall = (name) => { try { return sessionStorage.getItem(name); } catch { return null; } };

  const entries = () => [...inbox.querySelectorAll(".entry")];
  const linkOf = (entry) => entry.querySelector("a");
  const boxOf = (entry) => entry.querySelector("input[type=checkbox]");
  const chosen = () => entries().filter((entry) => boxOf(entry).checked);
  const current = () => document.activeElement.closest?.(".entry") ?? null;

  // --- What changed is put in place; focus, choice, scroll and what is typed stay as they are. ---

  const merge = (fresh) => {
    const rows = document.getElementById("rows");
    const list = rows.querySelector(".entries");
    const news = fresh.getElementById("rows");
    const wanted = [...news.querySelectorAll(".entry")];
    const known = new Set(entries().map((entry) => entry.dataset.id));
    const added = wanted.filter((entry) => !known.has(entry.dataset.id));
    for (const entry of added) entry.classList.add("new");
    const anchor = entries().find((entry) => entry.getBoundingClientRect().bottom > 0);
    const before = anchor?.getBoundingClientRect().top;
    if (list === null || (wanted.length === 0 && !entries().some(isHeld))) {
      rows.replaceChildren(...news.childNodes);
    } else {
      patch(list, wanted);
      rows.querySelector(".more")?.remove();
      const more = news.querySelector(".more");
      if (more !== null) rows.append(more);
    }
    if (anchor?.isConnected) window.scrollBy(0, anchor.getBoundingClientRect().top - before);
    const side = document.getElementById("desks");
    if (!side.contains(document.activeElement)) side.replaceChildren(...fresh.getElementById("desks").childNodes);
    return added.length;
  };

  // What is chosen or has the focus does not vanish from under the hand.
  const isHeld = (entry) => entry === current() || boxOf(entry).checked;

  // Entries that stay are not taken out of the page: one that has the focus would lose it.
  const patch = (list, wanted) => {
    const fresh = new Map(wanted.map((entry) => [entry.dataset.id, entry]));
    for (const old of entries()) {
      const entry = fresh.get(old.dataset.id);
      if (entry === undefined) {
        if (isHeld(old)) old.classList.add("gone"); else old.remove();
      } else if (old.outerHTML === entry.outerHTML || old === current()) {
        fresh.set(old.dataset.id, old);
        renew(old, entry);
      } else {
        // A ticket stays chosen as it was when it was chosen: what changed since is told, not overwritten.
        if (boxOf(old).checked) boxOf(entry).replaceWith(boxOf(old));
        old.replaceWith(entry);
      }
    }
    let place = list.firstElementChild;
    for (const entry of fresh.values()) {
      while (place?.classList.contains("gone")) place = place.nextElementSibling;
      if (entry === place) place = place.nextElementSibling;
      else list.insertBefore(entry, place);
    }
  };

  // The entry that has the focus keeps its link and its box; the rest of it is exchanged.
  const renew = (old, entry) => {
    if (!boxOf(old).checked) boxOf(old).value = boxOf(entry).value;
    old.className = entry.className;
    old.dataset.version = entry.dataset.version;
    for (const part of ["kind", "whose", "when"]) {
      old.querySelector(`.${part}`).replaceWith(entry.querySelector(`.${part}`));
    }
  };

  const tell = (text) => { if (live.textContent !== text) live.textContent = text; };

  const ages = () => {
    for (const time of inbox.querySelectorAll("#rows time")) {
      const seconds = Math.abs(Date.now() - Date.parse(time.dateTime)) / 1000;
      const [size, unit] = seconds >= 86400 ? [86400, "day"] : seconds >= 3600 ? [3600, "hour"] : [60, "minute"];
      const style = { style: "unit", unit, unitDisplay: "short" };
      const text = new Intl.NumberFormat(language, style).format(Math.floor(seconds / size));
      if (time.textContent !== text) time.textContent = text;
    }
  };

  // --- Asking: less often while the server fails, not at all while nobody looks. ---

  const EVERY = 5_000;
  const AT_MOST = 60_000;
  let tag = say.tag;
  let wait = EVERY;
  let timer = null;
  let arrived = 0;

  const ended = () => {
    const link = document.createElement("a");
    link.href = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = say.signIn;
    live.replaceChildren(`${say.ended} `, link);
  };

  const ask = async () => {
    const url = new URL(say.url, location.href);
    const cursor = new URLSearchParams(location.search).get("cursor");
    if (cursor !== null) url.searchParams.set("cursor", cursor);
    url.searchParams.set("part", "list");
    const options = { headers: { "If-None-Match": `"${tag}"` }, redirect: "manual", cache: "no-store" };
    const answer = await fetch(url, options);
    if (answer.type === "opaqueredirect" || answer.status === 401) return false;
    if (!answer.ok && answer.status !== 304) throw new Error(answer.status);
    wait = EVERY;
    if (live.dataset.lost) { delete live.dataset.lost; tell(""); }
    if (answer.status === 200) {
      tag = (answer.headers.get("ETag") ?? "").replaceAll('"', "");
      arrived += merge(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (arrived > 0) tell(arrived === 1 ? say.one : say.many.replace("{n}", arrived));
      count();
    }
    return true;
  };

  const again = () => { clearTimeout(timer); timer = setTimeout(turn, wait); };

  const turn = async () => {
    if (document.hidden) return; // comes again when somebody looks
    try {
      if (!await ask()) { ended(); return; }
      ages();
    } catch {
      wait = Math.min(wait * 2, AT_MOST);
      live.dataset.lost = "yes";
      tell(say.lost);
    }
    again();
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    arrived = 0;
    clearTimeout(timer);
    turn();
  });

  // --- Choosing. ---

  const count = () => {
    const many = chosen().length;
    document.getElementById("chosen").textContent = many ? say.chosen.replace("{n}", many) : "";
  };

  inbox.addEventListener("change", (event) => {
    const entry = event.target.closest(".entry");
    if (entry === null) return;
    boxOf(entry).value = `${entry.dataset.id}:${entry.dataset.version}`; // chosen as it looks now
    count();
  });

  // --- Keys. ---

  const keys = document.getElementById("keys");
  const withKeys = document.getElementById("with-keys");
  let pressed = false; // a second key before the next page would act on what is not seen yet

  const go = (step) => {
    const all = entries();
    const at = all.indexOf(current());
    const next = all[at === -1 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
    if (next) linkOf(next).focus();
  };

  const act = (what) => {
    const here = current();
    if (pressed || (chosen().length === 0 && here === null)) return;
    if (chosen().length === 0) { boxOf(here).checked = true; boxOf(here).value = `${here.dataset.id}:${here.dataset.version}`; }
    pressed = true;
    const rest = entries().filter((entry) => !boxOf(entry).checked);
    const from = entries().indexOf(here ?? chosen()[0]);
    const next = rest.find((entry) => entries().indexOf(entry) > from) ?? rest.at(-1);
    remember("inbox-next", next?.dataset.id ?? "");
    bulk.requestSubmit(bulk.querySelector(`[value="${what}"]`));
  };

  const toggle = () => {
    const here = current();
    if (here !== null) boxOf(here).click();
  };

  const undo = () => document.querySelector('[data-key="u"]')?.click();
  const open = () => { const here = current(); if (here !== null) linkOf(here).click(); };
  const deeds = {
    j: () => go(1), k: () => go(-1), ArrowDown: () => go(1), ArrowUp: () => go(-1),
    o: open, x: toggle, c: () => act("confirm"), e: () => act("close"), u: undo,
    "/": () => document.getElementById("q").focus(), "?": () => keys.showModal(),
  };

  const isTyping = (place) => place instanceof Element
    && place.closest("input:not([type=checkbox]), select, textarea, [contenteditable], dialog[open]") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing || isTyping(event.target)) return;
    const isArrow = event.key.startsWith("Arrow");
    if (isArrow && (event.shiftKey || current() === null)) return; // else the page scrolls, as everywhere
    const deed = Object.hasOwn(deeds, event.key) ? deeds[event.key] : undefined;
    if (deed === undefined || (!isArrow && !withKeys.checked)) return;
    if (event.repeat && !"jk".includes(event.key) && !isArrow) return;
    event.preventDefault();
    deed();
  });

  withKeys.addEventListener("change", () => {
    try { localStorage.setItem("inbox-keys", withKeys.checked ? "on" : "off"); } catch { /* for this page alone */ }
  });
  try { withKeys.checked = localStorage.getItem("inbox-keys") !== "off"; } catch { /* as it is */ }

  const help = document.getElementById("help");
  help.hidden = false;
  help.addEventListener("click", () => keys.showModal());

  window.addEventListener("pageshow", () => {
    pressed = false;
    count();
    const next = recall("inbox-next");
    if (!next) return;
    remember("inbox-next", "");
    const entry = entries().find((one) => one.dataset.id === next);
    if (entry) linkOf(entry).focus();
  });
  again();
})();
