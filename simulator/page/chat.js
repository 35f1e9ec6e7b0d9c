// The phone's screen: whose it is, the chat's head, the messages and where they are scrolled to.

import { byId, h, icon, iconButton, reconcile } from "./dom.js";
import { count, day, duration, hue, initials, language, preview, time } from "./format.js";
import { chatItems, senderName } from "./message.js";
import { botDescription, botName, chatsOf, conversation, currentKey, isPrivate, now, state, unreadOf, view } from "./store.js";
import { textLanguage } from "./text.js";

/** conversationKey → {top, bottom} of conversations that were left */
const places = new Map();
let shownKey = "";
let atBottom = true;
let fresh = 0;
let newFrom = null;

/** `actions`: what message.js asks for, and {hold, back, chatMenu, read} */
export function setUpChat(actions) {
  const scroll = byId("chat-scroll");
  scroll.addEventListener("scroll", () => {
    atBottom = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 48;
    if (atBottom) fresh = 0;
    renderPill();
    if (atBottom) actions.read();
  }, { passive: true });
  byId("pill").addEventListener("click", () => toBottom({ smooth: true }));
  const keep = new ResizeObserver(() => atBottom && toBottom());
  keep.observe(byId("messages"));
  keep.observe(scroll);
  byId("chat-tabs").addEventListener("keydown", (event) => {
    const tabs = [...byId("chat-tabs").children];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length]?.focus();
  });
}

function toBottom({ smooth = false } = {}) {
  const scroll = byId("chat-scroll");
  scroll.scrollTo({ top: scroll.scrollHeight, behavior: smooth && !matchMedia("(prefers-reduced-motion: reduce)").matches ? "smooth" : "instant" });
  atBottom = true;
  fresh = 0;
  renderPill();
}

export const isAtBottom = () => atBottom;

/** Counts a message that came while the reader was further up. */
export function noteArrival(message) {
  if (message.from === state.current?.person) toBottom();
  else if (!atBottom) fresh += 1;
  renderPill();
}

function renderPill() {
  const pill = byId("pill");
  pill.hidden = atBottom;
  byId("pill-words").textContent = fresh ? count(fresh, "new message") : "";
  pill.setAttribute("aria-label", fresh ? `${count(fresh, "new message")}, go down` : "Go to the newest message");
}

export function renderChat(actions) {
  const open = state.current !== null && state.people.has(state.current.person);
  byId("welcome").hidden = open;
  byId("phone").hidden = !open;
  document.body.classList.toggle("in-chat", open);
  if (!open) {
    shownKey = "";
    document.title = `Simulator — ${botName()}`;
    return;
  }
  const person = state.people.get(state.current.person);
  const unread = [...state.people.keys()].reduce((sum, id) => sum + unreadOf(id), 0);
  document.title = `${unread ? `(${unread}) ` : ""}${person.name} — Simulator`;
  byId("phone").className = `hue-${hue(person.id)}`;
  renderOwner(person);
  renderTabs(person, actions);
  renderHeader(actions);
  renderMessages(person, actions);
}

function renderOwner(person) {
  const languageName = person.language ? language(person.language) : "No language";
  reconcile(byId("phone-owner"), [
    { key: "who", mark: JSON.stringify([person.id, person.name]), build: () => h("span", { class: "avatar", "aria-hidden": "true" }, initials(person.name)) },
    { key: "name", mark: person.name, build: () => h("span", { class: "whose" }, `${person.name}’s phone`) },
    { key: "language", mark: languageName, build: () => h("span", { class: "phone-language", title: `The phone’s language: ${languageName}` }, h("span", { class: "long" }, languageName), h("span", { class: "short", "aria-hidden": "true" }, person.language ?? "–")) },
    { key: "time", mark: "time", build: () => h("span", { class: "phone-time", title: "The demo’s time" }, time(now())) },
  ]);
}

export function tickPhone() {
  const clock = document.querySelector("#phone-owner .phone-time");
  if (clock) clock.textContent = time(now());
}

function renderTabs(person, actions) {
  const chats = chatsOf(person.id);
  const tabs = byId("chat-tabs");
  tabs.hidden = chats.length < 2;
  reconcile(tabs, chats.map(({ chat, unread }) => {
    const selected = chat === state.current.chat;
    const title = chat === person.id ? botName() : state.chats.get(chat)?.title ?? "Group";
    return {
      key: `t${chat}`,
      mark: JSON.stringify([title, unread, selected, person.id]),
      build: () => h("button", { type: "button", role: "tab", "aria-selected": String(selected), tabindex: selected ? "0" : "-1", onclick: () => actions.hold(person.id, chat) },
        h("span", {}, title), unread && !selected ? h("span", { class: "unread" }, String(unread)) : null),
    };
  }));
}

function renderHeader(actions) {
  const { chat } = state.current;
  const group = isPrivate(chat) || !state.chats.has(chat) ? null : state.chats.get(chat);
  const title = group ? group.title : botName();
  const header = byId("chat-header");
  reconcile(header, [
    { key: "back", mark: "back", build: () => iconButton("back", "Back to the people", actions.back, { class: "icon-button only-phone" }) },
    { key: "avatar", mark: `${chat}${title}`, build: () => h("span", { class: `avatar hue-${hue(group ? chat : state.bot.id)}${group ? " group-avatar" : ""}`, "aria-hidden": "true" }, group ? icon("group") : initials(title)) },
    { key: "names", mark: `${chat}${title}`, build: () => h("div", { class: "chat-names" }, h("h2", {}, title), h("p", { id: "chat-status" })) },
    { key: "panel", mark: "panel", build: () => iconButton("sliders", "Clock, links, faults and calls", actions.panel, { class: "icon-button only-narrow" }) },
    { key: "menu", mark: "menu", build: () => iconButton("dots", "More about this chat", actions.chatMenu, { id: "chat-menu", "aria-haspopup": "menu", "aria-expanded": "false" }) },
  ]);
  renderTyping();
}

const DOING = {
  typing: "typing", upload_photo: "sending a picture", record_video: "recording a video", upload_video: "sending a video", record_voice: "recording a voice message",
  upload_voice: "sending a voice message", upload_document: "sending a file", choose_sticker: "choosing a sticker", find_location: "finding a place",
};

const peopleIn = (group) => group.members.filter((id) => state.people.has(id)).length;

let typingTimer = 0;
export function renderTyping() {
  const status = byId("chat-status");
  if (!status || !state.current) return;
  const { chat } = state.current;
  const doing = state.typing.get(chat);
  const busy = doing !== undefined && doing.until > performance.now();
  const group = isPrivate(chat) ? null : state.chats.get(chat);
  status.classList.toggle("typing", busy);
  if (busy) {
    status.replaceChildren(`${group ? `${botName()} is ` : ""}${DOING[doing.action] ?? "busy"}`, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")));
    clearTimeout(typingTimer);
    typingTimer = setTimeout(renderTyping, doing.until - performance.now() + 20);
  } else status.textContent = group ? `${count(peopleIn(group), "person", "people")} and the bot` : `@${state.bot.username} · bot`;
}

function renderMessages(person, actions) {
  const key = currentKey();
  const { chat } = state.current;
  const known = state.messages.get(chat);
  const scroll = byId("chat-scroll");
  const switched = key !== shownKey;
  if (switched) leave(key, person.id);
  const list = known && view() ? [...known.values()].sort((a, b) => a.id - b.id) : [];
  const items = chatItems(list, person.id, !isPrivate(chat), { ...actions, bot: state.bot.username, day: (ms) => day(ms, now()) }, newFrom);
  const built = reconcile(byId("messages"), items);
  if (!switched) for (const { node, replaced } of built) node.classList.add(replaced ? "revised" : "fresh");
  renderEmpty(known && view() && list.length === 0);
  if (switched && known && view()) {
    const place = places.get(key);
    if (newFrom !== null && !place) document.querySelector(".new-line")?.scrollIntoView({ block: "center" });
    else if (place && !place.bottom) scroll.scrollTop = place.top;
    else toBottom();
    atBottom = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 48;
    shownKey = key;
    renderPill();
  } else if (atBottom) toBottom();
  if (atBottom && shownKey === key) actions.read();
}

/** Remembers where the conversation that is left was scrolled to, and where the new one's unread messages begin. */
function leave(key, person) {
  if (shownKey) places.set(shownKey, { top: byId("chat-scroll").scrollTop, bottom: atBottom });
  byId("messages").replaceChildren();
  fresh = 0;
  const talk = conversation(person, state.current.chat);
  newFrom = talk?.unread ? talk.read : null;
  if (!state.messages.has(state.current.chat) || !state.views.has(key)) shownKey = "";
}

function renderEmpty(empty) {
  const box = byId("chat-empty");
  box.hidden = !empty;
  if (!empty) return;
  const group = !isPrivate(state.current.chat);
  const about = group ? "" : botDescription();
  const lang = textLanguage(about);
  reconcile(box, [{
    key: "card", mark: `${group}${about}${botName()}`,
    build: () => h("div", { class: `empty-card hue-${hue(state.bot.id)}` },
      h("span", { class: "avatar", "aria-hidden": "true" }, initials(group ? state.chats.get(state.current.chat)?.title ?? "" : botName())),
      h("h3", {}, group ? "Nothing has been said here yet" : about ? "What can this bot do?" : "No messages here yet"),
      about ? h("p", { lang }, about) : h("p", { class: "hint" }, group ? "Write the first message." : "Press START below to begin.")),
  }]);
}

/** Tells a screen reader about a message of the open chat. */
export function announce(message, changed) {
  if (message.chat !== state.current?.chat || message.from === state.current.person) return;
  const text = preview(message);
  const voice = message.media?.duration ? `, ${duration(message.media.duration)}` : "";
  const labels = (message.buttons ?? []).flat().map((button) => button.text);
  const log = byId("announcer");
  log.append(h("p", {}, `${senderName(message)}${changed ? " changed a message" : ""}: `, h("span", { lang: textLanguage(text) }, text), voice,
    labels.length ? `. ${count(labels.length, "button")}: ` : "", labels.length ? h("span", { lang: textLanguage(labels.join("\n")) }, labels.join(", ")) : ""));
  while (log.children.length > 20) log.firstElementChild.remove();
}
