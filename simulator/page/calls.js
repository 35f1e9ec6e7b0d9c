// The log of the bot's calls: newest first, each opens to its parameters.

import { byId, h, reconcile } from "./dom.js";
import { clockTime } from "./format.js";
import { changed, state } from "./store.js";

const parts = {};
let polling = false;
const SHOWN = 150;

export function setUpCalls() {
  const box = h("input", { type: "checkbox", onchange: () => ((polling = box.checked), renderCalls()) });
  const clear = h("button", { type: "button", class: "small-button", onclick: () => ((state.calls.length = 0), changed("calls")) }, "Clear");
  parts.list = h("ol", { class: "calls" });
  parts.none = h("p", { class: "hint" }, "No calls yet. Here you see what the bot asks Telegram to do, with the time it took and the answer.");
  byId("pane-calls").append(h("div", { class: "calls-bar" }, h("label", {}, box, "Show polling"), clear), parts.none, parts.list);
}

export function renderCalls() {
  const shown = state.calls.filter((call) => polling || call.method !== "getUpdates");
  byId("calls-count").textContent = shown.length ? (shown.length >= 400 ? "400+" : String(shown.length)) : "";
  if (byId("pane-calls").hidden) return;
  parts.none.hidden = shown.length > 0;
  reconcile(parts.list, shown.slice(-SHOWN).reverse().map((call) => ({ key: `c${call.id}`, mark: "", build: () => row(call) })));
}

function row(call) {
  const outcome = call.status === 200 ? "good" : call.status === 0 ? "lost" : "bad";
  const status = call.status === 0 ? "lost" : String(call.status);
  const to = receiver(call.params);
  const box = h("details", {},
    h("summary", {}, h("span", { class: "method" }, call.method, to ? h("span", { class: "to" }, to) : null), h("span", { class: "ms" }, `${call.ms < 10 ? call.ms.toFixed(1) : Math.round(call.ms)} ms`), h("span", { class: `status ${outcome}` }, status)));
  // The parameters are written out when somebody looks.
  box.addEventListener("toggle", () => box.open && box.children.length === 1 && box.append(details(call)));
  return h("li", { class: "call" }, box);
}

/** Whose chat a call is about, where it is one that the page knows. */
function receiver({ chat_id: id }) {
  return state.people.get(Number(id))?.name ?? state.chats.get(Number(id))?.title ?? "";
}

function details(call) {
  return h("div", { class: "call-more" },
    h("p", {}, clockTime(call.time), call.description ? h("strong", { class: "bad" }, ` ${call.description}`) : null),
    call.ignored?.length ? h("p", { class: "bad" }, `Not known to the method: ${call.ignored.join(", ")}`) : null,
    h("pre", { tabindex: "0" }, JSON.stringify(call.params, null, 2)));
}
