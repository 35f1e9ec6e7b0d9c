// One message as a bubble: text, media, buttons under it, and what the phone's owner can do with it.

import { h, icon } from "./dom.js";
import { exact, hue, initials, preview, time } from "./format.js";
import { album, media } from "./media.js";
import { botName, state } from "./store.js";
import { linkTarget, renderText, textLanguage } from "./text.js";

const GROUP_GAP = 5 * 60_000;

/**
 * The open chat as a list for `reconcile`: date lines, single messages, albums.
 * `owner` holds the phone; what others sent after message `newFrom` (or null) gets a line above; `actions`: {bot, open, command, tap, copy, edit, enlarge, day}.
 */
export function chatItems(messages, owner, inGroup, actions, newFrom) {
  const items = [];
  let news = newFrom !== null;
  let lastDay = null;
  const runs = albumRuns(messages);
  runs.forEach((run, index) => {
    const first = run[0];
    const label = actions.day(first.date);
    if (label !== lastDay) items.push(dateLine(label, first.id));
    if (news && first.id > newFrom && first.from !== owner) {
      items.push(newLine());
      news = false;
    }
    const before = label === lastDay ? runs[index - 1]?.[0] : undefined;
    lastDay = label;
    const after = runs[index + 1]?.[0];
    const place = {
      own: first.from === owner,
      head: !follows(before, first),
      tail: !after || !follows(first, after) || actions.day(after.date) !== label,
      inGroup,
    };
    items.push({
      key: `m${first.id}`,
      mark: JSON.stringify([run, place, owner, waitingMarks(first)]),
      build: () => (first.service ? serviceLine(first) : bubble(run, place, actions)),
    });
  });
  return items;
}

function albumRuns(messages) {
  const runs = [];
  for (const message of messages) {
    const last = runs.at(-1);
    if (message.album && last?.[0].album === message.album && last[0].from === message.from) last.push(message);
    else runs.push([message]);
  }
  return runs;
}

const follows = (before, message) =>
  before !== undefined && !before.service && before.from === message.from && message.date - before.date < GROUP_GAP;

const waitingMarks = (message) => [...state.waiting.keys()].filter((key) => key.startsWith(`${message.chat}:${message.id}:`));

const dateLine = (label, id) => ({
  key: `d${id}`,
  mark: label,
  build: () => h("li", { class: "date-line" }, h("span", {}, label)),
});

const newLine = () => ({
  key: "new",
  mark: "new",
  build: () => h("li", { class: "new-line" }, h("span", {}, "New messages")),
});

const serviceLine = (message) => h("li", { class: "date-line" }, h("span", {}, message.service));

function bubble(run, place, actions) {
  const first = run[0];
  const captioned = captionOf(run) ?? first;
  const pictureOnly = !captioned.text && ["photo", "video", "animation", "sticker"].includes(first.media?.kind);
  const who = senderName(first);
  const body = h("div", {
    class: ["bubble", pictureOnly && "picture-only", first.media && `has-${first.media.kind}`].filter(Boolean).join(" "),
    lang: captioned.text ? textLanguage(captioned.text) : null,
  });
  if (place.inGroup && !place.own && place.head) body.append(h("div", { class: `sender hue-${hue(first.from === "bot" ? state.bot.id : first.from)}` }, who));
  if (first.reply) body.append(h("div", { class: "reply" }, h("strong", {}, senderName(first.reply)), h("span", {}, preview(first.reply))));
  if (run.length > 1) body.append(album(run, actions));
  else if (first.media) body.append(media(first, actions));
  const foot = footer(captioned, place);
  if (captioned.text) body.append(h("div", { class: "text" }, renderText(captioned.text, captioned.entities, actions), foot));
  else body.append(foot);
  const row = h("li", {
    class: `row ${place.own ? "own" : "other"}${place.head ? " head" : ""}${place.tail ? " tail" : ""}`,
    data: { message: first.id },
  });
  if (place.inGroup && !place.own) row.append(place.tail ? smallAvatar(first, who) : h("span", { class: "avatar-gap" }));
  const stack = h("div", { class: "stack" }, h("span", { class: "visually-hidden" }, `${place.own ? "You" : who}: `), body);
  if (first.buttons?.length) stack.append(keyboardUnder(first, actions));
  row.append(stack);
  if (place.own && run.length === 1 && editable(first)) row.append(editButton(first, actions));
  return row;
}

/** Telegram shows a caption under an album if just one of its pictures has one. */
function captionOf(run) {
  const captioned = run.filter((message) => message.text);
  return captioned.length === 1 ? captioned[0] : undefined;
}

export function senderName(message) {
  if (message.from === "bot") return botName();
  return state.people.get(message.from)?.name ?? message.sender ?? "Somebody";
}

function smallAvatar(message, who) {
  const id = message.from === "bot" ? state.bot.id : message.from;
  return h("span", { class: `avatar small hue-${hue(id)}`, "aria-hidden": "true" }, initials(who));
}

function footer(message, place) {
  return h("span", { class: "meta" },
    message.edited ? h("span", { class: "edited" }, "edited ") : null,
    h("time", { datetime: new Date(message.date).toISOString(), title: exact(message.date) }, time(message.date)),
    place.own ? icon("sent", "sent") : null);
}

const CAPTIONED = new Set(["photo", "document", "voice", "video", "audio"]);
export const editable = (message) => !message.service && (!message.media || CAPTIONED.has(message.media.kind));

const editButton = (message, actions) =>
  h("button", { type: "button", class: "edit-own", "aria-label": "Edit this message", title: "Edit", onclick: () => actions.edit(message) }, icon("pencil"));

function keyboardUnder(message, actions) {
  return h("div", { class: "inline-keyboard", role: "group", "aria-label": "Buttons of this message" },
    message.buttons.map((row, r) => h("div", { class: "inline-row" }, row.map((button, c) => inlineButton(message, button, `${message.chat}:${message.id}:${r}:${c}`, actions)))));
}

function inlineButton(message, button, key, actions) {
  const label = h("span", { class: "label", lang: textLanguage(button.text) }, button.text);
  const props = { type: "button", class: "inline-button", title: button.text.length > 24 ? button.text : null };
  if (button.callback_data !== undefined) {
    const waits = state.waiting.has(key);
    return h("button", { ...props, class: `inline-button${waits ? " waiting" : ""}`, "aria-busy": waits ? "true" : null, onclick: () => actions.tap(message, button, key) },
      label, waits ? h("span", { class: "spinner", "aria-hidden": "true" }) : null);
  }
  if (button.url !== undefined) return urlButton(button, label, props, actions);
  if (button.copy_text !== undefined)
    return h("button", { ...props, onclick: () => actions.copy(button.copy_text.text ?? button.copy_text) }, label, icon("copy", "corner"));
  return h("button", { ...props, disabled: true, title: "This kind of button needs Telegram itself" }, label);
}

function urlButton(button, label, props, actions) {
  const target = linkTarget(button.url, actions.bot);
  if (target === null) return h("button", { ...props, disabled: true, title: button.url }, label);
  if ("payload" in target) return h("button", { ...props, title: "Opens in the simulator", onclick: () => actions.open(target.payload) }, label, icon("link", "corner"));
  return h("a", { class: "inline-button", href: target.href, target: "_blank", rel: "noopener noreferrer", title: target.href }, label, icon("link", "corner"));
}
