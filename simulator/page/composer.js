// Where the phone's owner writes: text, commands, files, voice, the reply keyboard.

import { attachMenu, pack } from "./attach.js";
import { popover, toast } from "./dialogs.js";
import { byId, h, icon, iconButton, narrow } from "./dom.js";
import { duration } from "./format.js";
import { keyboardShown, renderKeyboard, showKeyboard } from "./keyboard.js";
import { editable } from "./message.js";
import { canRecord, Recorder } from "./recorder.js";
import { conversation, currentKey, isPrivate, state, view } from "./store.js";
import { textLanguage } from "./text.js";

const parts = {};
const drafts = new Map();
let draftKey = "";
let editing = null;
let recorder = null;
let sending = false;
let act;

/** `actions` on the open conversation: {send(action, body), must(action, body)} as in app.js, {start(), leave()}. */
export function setUpComposer(actions) {
  act = actions;
  parts.text = h("textarea", {
    id: "composer-text", rows: "1", placeholder: "Message", "aria-label": "Message", enterkeyhint: "send", autocomplete: "off",
    onkeydown: keys, oninput: () => (grow(), suggest(), renderSend()),
  });
  parts.menu = h("button", { type: "button", class: "menu-button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": "Menu: commands of the bot", onclick: commandMenu }, icon("commands"), h("span", {}, "Menu"));
  parts.attach = iconButton("attach", "Attach", () => attachMenu(parts.attach, parts.form, act), { "aria-haspopup": "menu", "aria-expanded": "false" });
  parts.keys = iconButton("keyboard", "Show or hide the keyboard of the bot", () => {
    showKeyboard(!keyboardShown());
    renderComposer();
  });
  parts.send = iconButton("send", "Send", submit, { class: "icon-button primary" });
  parts.mic = iconButton("mic", "Record a voice message", startRecording);
  parts.editing = h("div", { class: "editing", hidden: true }, icon("pencil"), h("span", {}, h("strong", {}, "Editing your message"), h("span", { class: "edited-text" })), iconButton("close", "Stop editing", stopEditing));
  parts.recording = h("div", { class: "recording", role: "status", hidden: true }, h("span", {}, "0:00"), iconButton("trash", "Throw the recording away", () => endRecording(false)));
  parts.form = h("form", { class: "composer", onsubmit: (event) => (event.preventDefault(), submit()) }, parts.menu, parts.attach, parts.text, parts.recording, parts.keys, parts.mic, parts.send);
  parts.bottom = h("button", { type: "button", class: "bottom-button", hidden: true });
  byId("composer-area").append(parts.editing, parts.form, parts.bottom);
}

export function renderComposer() {
  if (!state.current || !state.people.has(state.current.person)) return;
  swapDraft();
  const bottom = bottomAction();
  parts.form.hidden = bottom !== null;
  parts.text.setAttribute("aria-label", `Message from ${state.people.get(state.current.person).name}`);
  parts.bottom.hidden = bottom === null;
  parts.editing.hidden = editing === null || bottom !== null;
  if (bottom) {
    parts.bottom.textContent = bottom.label;
    parts.bottom.onclick = bottom.run;
    parts.bottom.disabled = bottom.run === undefined;
  }
  parts.menu.hidden = !(view()?.commands?.length > 0) || recorder !== null;
  parts.menu.querySelector("span").hidden = narrow();
  renderKeys(bottom !== null);
  renderSend();
}

function renderKeys(hidden) {
  const keyboard = view()?.keyboard ?? null;
  renderKeyboard(keyboard, draftKey, {
    hidden: hidden || recorder !== null,
    press: async (label, place = {}) => {
      await act.must("presses", { label, ...place });
      focusComposer();
    },
  });
  parts.keys.hidden = keyboard === null || recorder !== null;
  parts.keys.setAttribute("aria-pressed", String(keyboardShown()));
  parts.text.placeholder = keyboard?.input_field_placeholder || "Message";
}

function bottomAction() {
  const { person, chat } = state.current;
  const known = state.chats.get(chat);
  if (known?.kind === "channel" && known.owner !== person) return { label: "Only the owner writes here" };
  if (state.people.get(person).deactivated) return { label: "This account is deleted" };
  if (!isPrivate(chat)) return null;
  if (state.people.get(person).blocked) return { label: "UNBLOCK THE BOT", run: () => act.send("unblocks") };
  const empty = view() && state.messages.get(chat)?.size === 0;
  return empty && !conversation(person, chat)?.started ? { label: "START", run: act.start } : null;
}

function swapDraft() {
  const key = currentKey();
  if (key === draftKey) return;
  if (draftKey && editing === null) drafts.set(draftKey, parts.text.value);
  editing = null;
  if (recorder) endRecording(false);
  draftKey = key;
  parts.text.value = drafts.get(key) ?? "";
  grow();
  closeSuggestions();
}

function grow() {
  parts.text.style.height = "auto";
  if (parts.text.value) parts.text.style.height = `${Math.min(parts.text.scrollHeight, 150)}px`;
}

function renderSend() {
  const writes = parts.text.value.trim() !== "" || editing !== null || recorder !== null;
  parts.send.hidden = !writes && canRecord();
  parts.send.disabled = !writes;
  parts.mic.hidden = writes || !canRecord();
  parts.attach.hidden = recorder !== null || editing !== null;
  parts.text.hidden = recorder !== null;
  parts.recording.hidden = recorder === null;
}

async function submit() {
  if (recorder) return endRecording(true);
  const text = parts.text.value.trim();
  if (!text || sending) return;
  closeSuggestions();
  const key = draftKey;
  const body = editing ? { message: editing.id, text } : { text };
  sending = true;
  const done = await act.send(editing ? "edits" : "says", body).finally(() => (sending = false));
  if (!done) return;
  drafts.delete(key);
  if (key !== draftKey) return;
  stopEditing();
  parts.text.value = "";
  grow();
  renderSend();
}

function keys(event) {
  if (suggestionKeys(event)) return;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  } else if (event.key === "Escape") {
    event.preventDefault();
    if (editing) stopEditing();
    else act.leave();
  } else if (event.key === "ArrowUp" && parts.text.value === "") {
    const own = [...(state.messages.get(state.current.chat)?.values() ?? [])].filter((message) => message.from === state.current.person && editable(message) && message.text);
    if (own.length === 0) return;
    event.preventDefault();
    startEditing(own.reduce((a, b) => (a.id > b.id ? a : b)));
  }
}

export function startEditing(message) {
  if (editing === null) drafts.set(draftKey, parts.text.value);
  editing = message;
  parts.editing.querySelector(".edited-text").textContent = message.text ?? "";
  parts.text.value = message.text ?? "";
  renderComposer();
  grow();
  parts.text.focus();
}

function stopEditing() {
  if (editing === null) return;
  editing = null;
  parts.text.value = drafts.get(draftKey) ?? "";
  grow();
  renderComposer();
  parts.text.focus();
}

export function focusComposer() {
  const target = parts.form.hidden ? parts.bottom : parts.text;
  target.focus({ preventScroll: true });
}

/* Commands */

const commandWords = ({ command, description }) => h("span", { class: "command-words" }, h("strong", {}, `/${command}`), h("small", { lang: textLanguage(description) }, description));

function commandMenu() {
  closeSuggestions();
  popover(parts.menu, parts.form, view().commands.map((each) => ({ label: commandWords(each), run: () => act.send("says", { text: `/${each.command}` }) })), "commands");
}

let suggestions = [];
let chosen = 0;

function suggest() {
  closeSuggestions();
  const typed = /^\/([\w]*)$/u.exec(parts.text.value);
  suggestions = typed ? (view()?.commands ?? []).filter(({ command }) => command.startsWith(typed[1])) : [];
  if (suggestions.length === 0) return;
  chosen = 0;
  parts.list = h("div", { class: "popover commands", role: "listbox", id: "suggestions", "aria-label": "Commands" },
    suggestions.map((each, index) => h("button", { type: "button", role: "option", id: `suggestion-${index}`, tabindex: "-1", onclick: () => pick(index) }, commandWords(each))));
  parts.form.append(parts.list);
  parts.text.setAttribute("aria-controls", "suggestions");
  markChosen();
}

function markChosen() {
  [...parts.list.children].forEach((button, index) => {
    button.classList.toggle("chosen", index === chosen);
    button.setAttribute("aria-selected", String(index === chosen));
  });
  parts.list.children[chosen].scrollIntoView({ block: "nearest" });
  parts.text.setAttribute("aria-activedescendant", `suggestion-${chosen}`);
}

function pick(index) {
  parts.text.value = `/${suggestions[index].command}`;
  closeSuggestions();
  submit();
}

function suggestionKeys(event) {
  if (!parts.list) return false;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + suggestions.length) % suggestions.length;
    markChosen();
  } else if (event.key === "Enter" && !event.shiftKey) pick(chosen);
  else if (event.key === "Escape") closeSuggestions();
  else return false;
  event.preventDefault();
  return true;
}

function closeSuggestions() {
  parts.list?.remove();
  parts.list = null;
  parts.text.removeAttribute("aria-controls");
  parts.text.removeAttribute("aria-activedescendant");
}

/* Voice */

async function startRecording() {
  try {
    recorder = await Recorder.start((seconds) => {
      parts.recording.firstElementChild.textContent = duration(seconds);
    });
  } catch (problem) {
    toast(`The microphone cannot be used: ${problem.message}`, { bad: true });
  }
  renderComposer();
  if (recorder) parts.send.focus();
}

async function endRecording(keep) {
  const running = recorder;
  recorder = null;
  const { file, seconds } = await running.stop();
  renderComposer();
  focusComposer();
  if (keep) await act.send("sends_voice", { file: await pack(file), caption: "", duration: seconds });
}
