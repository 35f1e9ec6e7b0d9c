// The page's talk with the simulator: one stream of events in, JSON actions out.

import {
  changed, conversationKey, currentKey, dropMessages, setClock, state, takeCalls, takeChat, takeConversations, takeFetched, takeMessage, takeSnapshot, view,
} from "./store.js";

/** What the simulator said to an action that it could not do; `message` is a sentence for the person at the page. */
export class Refused extends Error {}

export async function act(action, body = {}) {
  let answer;
  try {
    answer = await fetch(`/do/${action}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch (error) {
    throw new Refused("The simulator does not answer. Is it still running?", { cause: error });
  }
  const result = await answer.json().catch(() => ({ error: `The simulator answered with status ${answer.status}.` }));
  if (!answer.ok) throw new Refused(result.error ?? `The simulator answered with status ${answer.status}.`);
  return result;
}

/** Fetches messages, keyboard and commands of a conversation, unless they are here already. */
export async function loadConversation(person, chat, { again = false } = {}) {
  const key = conversationKey(person, chat);
  if (state.views.has(key) && state.messages.has(chat) && !again) return;
  state.loading.set(chat, { changed: new Map(), gone: new Set() });
  const answer = await fetch(`/conversation?person=${person}&chat=${chat}`).catch(() => null);
  if (!answer?.ok || !state.loading.has(chat)) return void state.loading.delete(chat);
  const loaded = await answer.json();
  takeFetched(chat, loaded.messages);
  state.views.set(key, { keyboard: loaded.keyboard, commands: loaded.commands });
  changed("chat", "keyboard");
}

/** `hooks`: {alert(data), arrived(message), revised(message)} for what needs more than the store. */
export function connect(hooks) {
  const source = new EventSource("/events");
  const on = (name, handle) => source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    setOnline(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => connect(hooks), 1500);
  });
  on("snapshot", (data) => {
    takeSnapshot(data);
    setOnline(true);
  });
  on("conversations", takeConversations);
  on("message", (data) => receive(data, hooks));
  on("deleted", (data) => {
    dropMessages(data.chat, data.messages);
    takeConversations(data.conversations);
  });
  on("keyboard", takeKeyboard);
  on("commands", refreshCommands);
  on("answer", (data) => answered(data, hooks));
  on("typing", (data) => {
    state.typing.set(data.chat, { action: data.action, until: performance.now() + 5000 });
    changed("typing");
  });
  on("person", (person) => {
    state.people.set(person.id, person);
    changed("people", "chat", "keyboard");
  });
  on("chat", takeChat);
  on("bot", (bot) => {
    state.bot = bot;
    changed("chat", "people");
  });
  on("calls", takeCalls);
  on("clock", setClock);
  on("faults", (faults) => {
    state.faults = faults;
    changed("faults");
  });
}

function setOnline(online) {
  state.online = online;
  changed("link");
}

function receive({ message, edited, conversations }, hooks) {
  if (message.from === "bot") state.typing.delete(message.chat);
  takeMessage(message);
  takeConversations(conversations);
  changed("typing");
  if (edited) hooks.revised(message);
  else hooks.arrived(message);
}

function takeKeyboard({ chat, keyboard }) {
  for (const [key, known] of state.views) if (key.endsWith(`:${chat}`)) known.keyboard = keyboard;
  changed("keyboard");
}

async function refreshCommands() {
  for (const key of [...state.views.keys()]) if (key !== currentKey()) state.views.delete(key);
  if (!state.current || !view()) return;
  const { person, chat } = state.current;
  const answer = await fetch(`/conversation?person=${person}&chat=${chat}`);
  if (!answer.ok) return;
  const known = state.views.get(conversationKey(person, chat));
  if (known) known.commands = (await answer.json()).commands;
  changed("keyboard");
}

const settled = new Set();

function answered(data, hooks) {
  settled.add(data.query);
  if (settled.size > 200) settled.delete(settled.values().next().value);
  for (const [key, query] of state.waiting) if (query === data.query) state.waiting.delete(key);
  changed("chat");
  hooks.alert(data);
}

/** Remembers that a button waits for the answer to `query`; the answer may have come before the tap's own response. */
export function awaitAnswer(key, query) {
  if (settled.delete(query)) state.waiting.delete(key);
  else if (state.waiting.has(key)) state.waiting.set(key, query);
  changed("chat");
}
