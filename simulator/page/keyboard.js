// The bot's keyboard under the place to write.

import { confirmDialog, locationDialog, toast } from "./dialogs.js";
import { byId, h, icon } from "./dom.js";
import { botName } from "./store.js";
import { textLanguage } from "./text.js";

let shown = true;
let lastMark = "";

export const keyboardShown = () => shown;
export function showKeyboard(wanted) {
  shown = wanted;
}

/** Draws the ReplyKeyboardMarkup or nothing; a new one (or another conversation, `key`) is shown even where the last was put away. `press(label, place)` tells the bot. */
export function renderKeyboard(keyboard, key, { hidden, press }) {
  const mark = JSON.stringify([key, keyboard]);
  if (mark !== lastMark) shown = true;
  lastMark = mark;
  const box = byId("reply-keyboard");
  box.hidden = hidden || keyboard === null || !shown;
  if (box.dataset.mark === mark) return;
  box.dataset.mark = mark;
  box.classList.toggle("tall", keyboard !== null && !keyboard.resize_keyboard);
  box.replaceChildren(...(keyboard?.keyboard ?? []).map((row) => h("div", { class: "key-row" }, row.map((button) => keyButton(typeof button === "string" ? { text: button } : button, press)))));
}

function keyButton(button, press) {
  const label = button.text;
  const place = () => locationDialog((point) => press(label, point));
  const contact = () => confirmDialog({ title: "Share the phone number?", text: `${botName()} gets the phone number of this person.`, action: "Share", submit: () => press(label) });
  const quietly = () => press(label).catch((problem) => toast(problem.message, { bad: true }));
  const run = button.request_location ? place : button.request_contact ? contact : quietly;
  const picture = button.request_location ? icon("pin") : button.request_contact ? icon("person") : null;
  return h("button", { type: "button", class: "key", onclick: run }, picture, h("span", { lang: textLanguage(label) }, label));
}
