// What the page knows: people, chats, messages and the demo's switches, kept in step with the server by its stream of events.

const listeners = new Set();
let scheduled = false;
let changes = new Set();

/** Calls `listener(changes)` once a frame with the names of what changed: people, chat, keyboard, clock, faults, calls, link, everything. */
export function onChange(listener) {
  listeners.add(listener);
}

export function changed(...names) {
  names.forEach((name) => changes.add(name));
  if (scheduled) return;
  scheduled = true;
  // A hidden tab gets no animation frames, and must keep up nevertheless.
  if (document.hidden) setTimeout(flush, 50);
  else requestAnimationFrame(flush);
}

function flush() {
  const now = changes;
  scheduled = false;
  changes = new Set();
  listeners.forEach((listener) => listener(now));
  afterwards.splice(0).forEach((run) => run());
}

const afterwards = [];
/** Runs once when all changes so far are on the screen. */
export function whenDrawn(run) {
  afterwards.push(run);
  changed();
}

export const state = {
  ready: false,
  online: false,
  bot: null,
  people: new Map(),
  chats: new Map(),
  /** person id → Map(chat id → {person, chat, started, read, unread, last}) */
  conversations: new Map(),
  /** chat id → Map(message id → message) of the chats that were opened */
  messages: new Map(),
  /** chat id → {changed, gone} for what happens in a chat while it is being fetched */
  loading: new Map(),
  /** conversationKey → {keyboard, commands} of the conversations that were opened */
  views: new Map(),
  clock: { now: 0, offset: 0, at: 0 },
  faults: {},
  links: [],
  locations: [],
  calls: [],
  restart: false,
  zone: null,
  /** {person, chat} of the open conversation */
  current: null,
  /** "chat:message:row:column" → callback query id, or "" while the server has not named it */
  waiting: new Map(),
  /** chat id → {action, until} */
  typing: new Map(),
};

export const conversationKey = (person, chat) => `${person}:${chat}`;
export const currentKey = () => (state.current ? conversationKey(state.current.person, state.current.chat) : "");
export const conversation = (person, chat) => state.conversations.get(person)?.get(chat);
export const view = () => state.views.get(currentKey());
/** The bot's name and description as a phone in the held person's language shows them. */
export const botName = () => inLanguage(state.bot?.names) || "Bot";
export const botDescription = () => inLanguage(state.bot?.descriptions);
function inLanguage(texts = {}) {
  const tag = (state.people.get(state.current?.person)?.language ?? "").slice(0, 2);
  return texts[tag] || texts[""] || "";
}

export const isPrivate = (chat) => state.chats.get(chat)?.kind === "private";

/** The demo's time in milliseconds. */
export const now = () => state.clock.now + (performance.now() - state.clock.at);

export const chatsOf = (person) => [...(state.conversations.get(person)?.values() ?? [])];

export function unreadOf(person) {
  return chatsOf(person).reduce((sum, each) => sum + each.unread, 0);
}

export function setClock({ now: milliseconds, offset }) {
  state.clock = { now: milliseconds, offset, at: performance.now() };
  changed("clock", "people", "chat");
}

export function takeSnapshot(snapshot) {
  state.bot = snapshot.bot;
  state.people = new Map(snapshot.people.map((person) => [person.id, person]));
  state.chats = new Map(snapshot.chats.map((chat) => [chat.id, chat]));
  state.conversations = new Map();
  takeConversations(snapshot.conversations);
  // The open conversation stays on the screen until it is loaded anew.
  for (const chat of [...state.messages.keys()]) if (chat !== state.current?.chat) state.messages.delete(chat);
  for (const key of [...state.views.keys()]) if (key !== currentKey()) state.views.delete(key);
  state.waiting.clear();
  state.faults = snapshot.faults;
  state.links = snapshot.links;
  state.locations = snapshot.locations;
  state.calls = [];
  takeCalls(snapshot.calls);
  state.restart = snapshot.restart;
  state.zone = snapshot.zone;
  state.ready = true;
  setClock(snapshot.clock);
  changed("everything");
}

export function takeConversations(list) {
  for (const each of list) {
    if (!state.conversations.has(each.person)) state.conversations.set(each.person, new Map());
    state.conversations.get(each.person).set(each.chat, each);
  }
  changed("people");
}

/** A chat as it is now: who is in it, who is no longer. */
export function takeChat({ chat, conversations }) {
  if (chat.migrated) state.chats.delete(chat.id);
  else state.chats.set(chat.id, chat);
  for (const talks of state.conversations.values()) talks.delete(chat.id);
  if (!chat.migrated) takeConversations(conversations);
  changed("people", "chat", "keyboard");
}

/** Puts a fetched chat in place, with what has happened in it meanwhile on top. */
export function takeFetched(chat, messages) {
  const { changed: news, gone } = state.loading.get(chat);
  state.loading.delete(chat);
  const known = new Map(messages.map((message) => [message.id, message]));
  for (const message of news.values()) known.set(message.id, message);
  for (const id of gone) known.delete(id);
  state.messages.set(chat, known);
}

export function takeMessage(message) {
  state.loading.get(message.chat)?.changed.set(message.id, message);
  const known = state.messages.get(message.chat);
  if (!known) return;
  for (const key of state.waiting.keys()) if (key.startsWith(`${message.chat}:${message.id}:`)) state.waiting.delete(key);
  known.set(message.id, message);
  changed("chat");
}

export function dropMessages(chat, ids) {
  const known = state.messages.get(chat);
  ids.forEach((id) => state.loading.get(chat)?.gone.add(id));
  ids.forEach((id) => known?.delete(id));
  changed("chat");
}

const KEPT_CALLS = 400;
let callNumber = 0;
export function takeCalls(calls) {
  state.calls.push(...calls.map((call) => ({ ...call, id: (callNumber += 1) })));
  if (state.calls.length > KEPT_CALLS) state.calls.splice(0, state.calls.length - KEPT_CALLS);
  changed("calls");
}
