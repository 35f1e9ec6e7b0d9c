// The demo around the phone: its clock, its links, what can go wrong, and the log of calls.

import { byId, focusable, h, icon } from "./dom.js";
import { time, longDay, offsetWords } from "./format.js";
import { now, state } from "./store.js";

const parts = {};

const STEPS = [
  ["+10 min", { minutes: 10 }],
  ["+1 hour", { hours: 1 }],
  ["+1 day", { days: 1 }],
  ["+1 week", { days: 7 }],
];

const SLOW = [["off", 0], ["0.3 s", 300], ["1 s", 1000], ["3 s", 3000]];

/** `actions`: {send(action, body), open(link), name()} */
export function setUpPanel(actions) {
  byId("pane-demo").append(guide(), clockSection(actions), linkSection(actions), faultSection(actions));
  const tabs = [byId("tab-demo"), byId("tab-calls")];
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => selectTab(tabs, tab));
    tab.addEventListener("keydown", (event) => {
      if (!["ArrowRight", "ArrowLeft"].includes(event.key)) return;
      const other = tabs[1 - index];
      selectTab(tabs, other);
      other.focus();
    });
  });
  document.addEventListener("click", (event) => event.target.closest("[data-opens-panel]") && openPanel());
  byId("close-panel").addEventListener("click", closePanel);
  byId("scrim").addEventListener("click", closePanel);
  byId("panel").addEventListener("keydown", drawerKeys);
  matchMedia("(max-width: 1100px)").addEventListener("change", closePanel);
}

function selectTab(tabs, chosen) {
  for (const tab of tabs) {
    const selected = tab === chosen;
    tab.setAttribute("aria-selected", String(selected));
    tab.setAttribute("tabindex", selected ? "0" : "-1");
    byId(tab.getAttribute("aria-controls")).hidden = !selected;
  }
}

let opener = null;
export function openPanel() {
  opener = document.activeElement;
  byId("panel").classList.add("open");
  byId("scrim").hidden = false;
  for (const id of ["people", "stage"]) byId(id).inert = true;
  byId("close-panel").focus();
}

function closePanel() {
  if (!byId("panel").classList.contains("open")) return;
  byId("panel").classList.remove("open");
  byId("scrim").hidden = true;
  for (const id of ["people", "stage"]) byId(id).inert = false;
  opener?.focus();
}

function drawerKeys(event) {
  if (!byId("panel").classList.contains("open")) return;
  if (event.key === "Escape") closePanel();
  if (event.key !== "Tab") return;
  const all = focusable(byId("panel")).filter((node) => node.offsetParent !== null && node.tabIndex >= 0);
  const edge = event.shiftKey ? all[0] : all.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all[0]).focus();
}

const SEEN = "simulator.guide.seen";

function guide() {
  const steps = h("ol", {},
    h("li", {}, "Choose a person on the left: you now hold that person’s phone."),
    h("li", {}, "Press START, or open one of the links below, as if the person had scanned a poster."),
    h("li", {}, "Type and tap. Other people get their own messages: numbers beside their names tell you."),
    h("li", {}, "Move the clock on to see reminders come and terms end."));
  const box = h("details", { class: "guide", open: localStorage.getItem(SEEN) === null }, h("summary", {}, "How to play"), steps,
    h("p", {}, "Everything stays on this computer. No message goes to Telegram."));
  box.addEventListener("toggle", () => !box.open && localStorage.setItem(SEEN, "yes"));
  return box;
}

const section = (name, title, ...content) => h("section", { class: "part", "aria-labelledby": `part-${name}` }, h("h2", { id: `part-${name}` }, title), content);

function clockSection(actions) {
  parts.time = h("span", { class: "clock-time" });
  parts.day = h("span", { class: "clock-day" });
  parts.offset = h("span", { class: "clock-offset" });
  const said = h("p", { class: "visually-hidden", role: "status" });
  const step = async (words, delta) => {
    if (await actions.send("advances", delta)) said.textContent = `${words}. It is now ${time(now())}, ${longDay(now())}.`;
  };
  return section("clock", "Clock of the demo", h("p", { class: "clock" }, parts.time, parts.day, parts.offset),
    h("div", { class: "steps" }, STEPS.map(([words, delta]) => h("button", { type: "button", class: "button", onclick: () => step(words, delta) }, words))), said);
}

export function renderClock() {
  parts.time.textContent = time(now());
  parts.day.textContent = longDay(now());
  parts.offset.textContent = offsetWords(state.clock.offset);
}

function linkSection(actions) {
  parts.links = h("div", { class: "links" });
  parts.linkInput = h("input", { type: "text", placeholder: "t.me link or start payload", "aria-label": "Link or start payload", autocomplete: "off", spellcheck: "false" });
  const form = h("form", {
    class: "open-link",
    onsubmit: async (event) => {
      event.preventDefault();
      const link = parts.linkInput.value.trim();
      if (link && (await actions.open(link))) parts.linkInput.value = "";
    },
  }, parts.linkInput, h("button", { type: "submit", class: "button" }, "Open"));
  parts.linkAs = h("p", { class: "hint" });
  return section("links", "Links and posters", parts.links, form, parts.linkAs);
}

export function renderLinks(actions) {
  const name = actions.name();
  parts.linkAs.textContent = name ? `Opens on ${name}’s phone.` : "Choose a person first.";
  const mark = JSON.stringify(state.links);
  if (parts.links.dataset.mark === mark) return;
  parts.links.dataset.mark = mark;
  parts.links.replaceChildren(...state.links.map((link) => h("button", { type: "button", class: "link-row", title: link.url, onclick: () => actions.open(link.url) },
    icon("chain"), h("span", {}, h("strong", {}, link.title), link.text ? h("small", {}, link.text) : null), icon("chevron"))));
}

function faultSection(actions) {
  const set = (body) => actions.send("faults", body);
  const toggle = (name, title, hint) => {
    const box = h("input", { type: "checkbox", role: "switch", onchange: () => set({ [name]: box.checked }) });
    parts[name] = box;
    return h("label", { class: "switch" }, h("span", {}, h("strong", {}, title), h("small", {}, hint)), box);
  };
  parts.slow = h("select", { "aria-label": "Slow network", onchange: () => set({ slow_ms: Number(parts.slow.value) }) }, SLOW.map(([words, ms]) => h("option", { value: String(ms) }, words)));
  parts.lose = h("button", { type: "button", class: "small-button", onclick: () => set({ lose_answers: 1 }) }, "Lose one");
  parts.restart = h("button", { type: "button", class: "button restart", onclick: () => restart(actions) }, icon("restart"), h("span", {}, "Restart the bot"));
  return section("faults", "What can go wrong",
    h("label", { class: "switch" }, h("span", {}, h("strong", {}, "Slow network"), h("small", {}, "Each call of the bot waits so long.")), parts.slow),
    h("div", { class: "switch" }, h("span", {}, h("strong", {}, "Lost answer"), h("small", { id: "lose-words" }, "The next call works, its answer never arrives.")), parts.lose),
    toggle("duplicate_updates", "Duplicate delivery", "The bot gets every update twice."),
    toggle("flood", "Too many requests", "Telegram refuses to send: error 429."),
    toggle("down", "Telegram is down", "Every call of the bot fails: error 502."),
    parts.restart);
}

async function restart(actions) {
  parts.restart.disabled = true;
  parts.restart.classList.add("busy");
  parts.restart.lastElementChild.textContent = "Restarting…";
  await actions.send("restart");
  parts.restart.disabled = false;
  parts.restart.classList.remove("busy");
  parts.restart.lastElementChild.textContent = "Restart the bot";
}

export function renderFaults() {
  const { slow_ms: slow, lose_answers: lost } = state.faults;
  if (![...parts.slow.options].some((option) => Number(option.value) === slow)) parts.slow.append(h("option", { value: String(slow) }, `${slow} ms`));
  parts.slow.value = String(slow);
  for (const name of ["duplicate_updates", "flood", "down"]) parts[name].checked = Boolean(state.faults[name]);
  parts.lose.disabled = Boolean(lost);
  parts.lose.textContent = lost ? "Armed" : "Lose one";
  parts.restart.hidden = !state.restart;
  const trouble = byId("trouble");
  const words = troubles();
  trouble.hidden = words.length === 0;
  if (trouble.dataset.mark !== words.join()) trouble.replaceChildren(icon("warn"), `Switched on: ${words.join(", ")}`);
  trouble.dataset.mark = words.join();
}

function troubles() {
  const { slow_ms: slow, lose_answers: lost, duplicate_updates: twice, flood, down } = state.faults;
  return [slow && `slow network (${slow / 1000} s)`, lost && "lost answer", twice && "duplicate delivery", flood && "error 429", down && "Telegram is down"].filter(Boolean);
}
