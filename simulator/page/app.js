// The page's table of contents: sets the parts up, carries out what they ask for, redraws what changed.

import { act, awaitAnswer, connect, loadConversation, Refused } from "./api.js";
import { renderCalls, setUpCalls } from "./calls.js";
import { announce, isAtBottom, noteArrival, renderChat, renderTyping, setUpChat, tickPhone } from "./chat.js";
import { focusComposer, renderComposer, setUpComposer, startEditing } from "./composer.js";
import { addGroupDialog, addPersonDialog, alertDialog, popover, toast, viewer } from "./dialogs.js";
import { byId, narrow } from "./dom.js";
import { setZone } from "./format.js";
import { stopSound } from "./media.js";
import { openPanel, renderClock, renderFaults, renderLinks, setUpPanel } from "./panel.js";
import { renderPeople, setUpPeople } from "./people.js";
import { changed, conversation, conversationKey, isPrivate, onChange, state, view, whenDrawn } from "./store.js";

/** Carries an action out on the open conversation; throws Refused with a sentence when it cannot be done. */
function must(action, body = {}) {
  return act(action, { person: state.current.person, chat: state.current.chat, ...body });
}

/** The same, but a refusal becomes a toast; tells whether it was done. */
async function send(action, body) {
  try {
    return (await (state.current ? must(action, body) : act(action, body))) ?? true;
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    toast(problem.message, { bad: true });
    return null;
  }
}

const chatActions = {
  hold,
  back,
  panel: openPanel,
  chatMenu,
  open: (payload) => openLink(payload, { fromMessage: true }),
  command: (text) => send("says", { text }),
  edit: startEditing,
  enlarge: viewer,
  copy: async (text) => {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  },
  tap,
  read,
};

const panelActions = {
  send,
  open: (link) => openLink(link, {}),
  name: () => state.people.get(state.current?.person)?.name ?? "",
};

let cameFromList = false;

function hold(person, chat = person) {
  const hash = chat === person ? `#/${person}` : `#/${person}/${chat}`;
  if (narrow() && state.current === null) {
    cameFromList = true;
    location.hash = hash;
  } else {
    history.replaceState(null, "", hash);
    follow({ focus: true });
  }
}

/** From the chat to the list of people, where there is room for only one of them; the browser's own way back does the same. */
function back() {
  if (cameFromList) history.back();
  else {
    history.replaceState(null, "", "#");
    follow();
  }
  cameFromList = false;
}

/** What Esc does in the place to write: back to the people. */
function leaveChat() {
  if (narrow()) back();
  else document.querySelector(".person-row[tabindex='0']")?.focus();
}

/** Opens the conversation that the address names. */
function follow({ focus = false } = {}) {
  const found = /^#\/(-?\d+)(?:\/(-?\d+))?$/u.exec(location.hash);
  const person = found ? Number(found[1]) : null;
  const chat = found ? Number(found[2] ?? found[1]) : null;
  stopSound();
  if (person === null || !state.people.has(person) || !conversation(person, chat)) {
    state.current = null;
    changed("people", "chat", "keyboard");
    const first = state.people.keys().next().value;
    if (!state.ready || narrow() || !conversation(first, first)) return;
    history.replaceState(null, "", `#/${first}`);
    follow();
    return;
  }
  state.current = { person, chat };
  changed("people", "chat", "keyboard");
  const opened = state.current;
  loadConversation(person, chat).then(() => {
    if (focus && matchMedia("(hover: hover)").matches) whenDrawn(() => state.current === opened && focusComposer());
  });
}

async function tap(message, button, key) {
  if (state.waiting.has(key)) return;
  state.waiting.set(key, "");
  changed("chat");
  const done = await send("taps", { message: message.id, data: button.callback_data });
  if (done) awaitAnswer(key, done.query);
  else state.waiting.delete(key);
  // Telegram's own clients stop waiting after a while, too.
  setTimeout(() => state.waiting.delete(key) && changed("chat"), 20_000);
  changed("chat");
}

async function openLink(link, { fromMessage = false }) {
  if (!state.current) {
    toast("Choose a person first: the link opens on that person’s phone.", { bad: true });
    return null;
  }
  const { person } = state.current;
  const done = await send("opens_link", { link, payload: fromMessage, chat: person });
  if (done && !isPrivate(state.current.chat)) hold(person, person);
  return done;
}

let reading = "";
function read() {
  if (!state.current || document.hidden) return;
  const { person, chat } = state.current;
  const talk = conversation(person, chat);
  const last = talk?.last?.id;
  const mark = `${conversationKey(person, chat)}:${last}`;
  if (!talk?.unread || reading === mark) return;
  reading = mark;
  act("reads", { person, chat, message: last }).catch(() => {
    reading = "";
  });
}

function chatMenu() {
  const { person, chat } = state.current;
  const blocked = state.people.get(person).blocked;
  const items = isPrivate(chat)
    ? [blocked ? { icon: "block", label: "Unblock the bot", run: () => send("unblocks") } : { icon: "block", label: "Block the bot", danger: true, run: () => send("blocks") },
      { icon: "chat", label: "Send /start", run: () => send("says", { text: "/start" }) }]
    : [{ icon: "leave", label: "Leave the group", danger: true, run: () => send("leaves") }];
  popover(byId("chat-menu"), byId("chat-header"), items, "from-header");
}

function showAnswer({ person, text, modal, url }) {
  if (person !== state.current?.person) return;
  if (url) openLink(url, {});
  if (!text) return;
  if (modal) alertDialog(text);
  else toast(text);
}

/** The person that was added and whose phone is to be held as soon as the stream has told of it. */
let expected = null;

/** Takes up the phone of a person who has just come; goes to the bot's chat when the open chat was left. */
function settle() {
  if (expected !== null && conversation(expected, expected)) {
    hold(expected);
    expected = null;
  } else if (state.current && state.people.has(state.current.person) && !conversation(state.current.person, state.current.chat)) hold(state.current.person);
}

function redraw(changes) {
  const any = (...names) => names.some((name) => changes.has(name) || changes.has("everything"));
  if (changes.has("everything")) {
    byId("bot-title").textContent = state.bot?.names[""] ?? "Simulator";
    setZone(state.zone);
    reading = "";
    if (state.current && state.people.has(state.current.person)) loadConversation(state.current.person, state.current.chat, { again: true });
    else follow();
  }
  if (!state.ready) return;
  if (any("people")) settle();
  if (any("people")) renderPeople(chatActions);
  if (any("chat", "people")) renderChat(chatActions);
  if (any("typing")) renderTyping();
  if (any("chat", "keyboard", "people")) renderComposer();
  if (any("clock")) renderClock();
  if (any("people", "chat")) renderLinks(panelActions);
  if (any("faults")) renderFaults();
  if (any("calls")) renderCalls();
  if (any("link")) byId("offline").hidden = state.online;
}

setUpPeople(chatActions);
setUpChat(chatActions);
setUpComposer({ send, must, start: () => send("says", { text: "/start" }), leave: leaveChat });
setUpPanel(panelActions);
setUpCalls();
onChange(redraw);
byId("add-person").addEventListener("click", () => addPersonDialog(async (body) => {
  expected = (await act("add_person", body)).person;
  changed("people");
}));
byId("add-group").addEventListener("click", () => addGroupDialog((body) => act("add_group", body)));
byId("tab-calls").addEventListener("click", () => changed("calls"));
addEventListener("hashchange", () => follow());
document.addEventListener("visibilitychange", () => isAtBottom() && view() && read());
setInterval(() => {
  if (!state.ready) return;
  renderClock();
  tickPhone();
}, 1000);
connect({
  alert: showAnswer,
  arrived: (message) => {
    if (message.chat !== state.current?.chat) return;
    noteArrival(message);
    announce(message, false);
  },
  revised: (message) => announce(message, true),
});
