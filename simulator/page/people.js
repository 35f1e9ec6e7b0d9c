// The list of people and groups: whose phone can be held, and what waits on it.

import { byId, h, icon, reconcile } from "./dom.js";
import { count, hue, initials, language, preview, rowTime } from "./format.js";
import { conversation, now, state, unreadOf } from "./store.js";
import { textLanguage } from "./text.js";

/** `actions`: {hold(person, chat)} */
export function setUpPeople(actions) {
  const search = byId("people-search");
  search.addEventListener("input", () => renderPeople(actions));
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !search.value) return;
    search.value = "";
    renderPeople(actions);
  });
  for (const list of [byId("people-list"), byId("groups-list")]) list.addEventListener("keydown", arrows);
}

const SEARCH_FROM = 8;

export function renderPeople(actions) {
  const people = [...state.people.values()];
  const groups = [...state.chats.values()].filter((chat) => chat.kind !== "private");
  byId("search-box").hidden = people.length < SEARCH_FROM;
  const wanted = fold(byId("people-search").value);
  const found = wanted ? people.filter((person) => fold(`${person.name} ${person.note ?? ""}`).includes(wanted)) : people;
  fill(byId("people-list"), found.map((person) => personItem(person, actions)), wanted ? "Nobody of that name." : "Nobody yet: add the first person.");
  fill(byId("groups-list"), groups.map((group) => groupItem(group, actions)), "No groups yet.");
  byId("people-title").textContent = people.length > SEARCH_FROM ? `People (${people.length})` : "People";
}

const FOLDS = { ө: "о", ү: "у", ң: "н", ё: "е" };
const fold = (text) => text.toLowerCase().trim().replace(/[өүңё]/gu, (letter) => FOLDS[letter]);

function fill(list, items, empty) {
  reconcile(list, items.length ? items : [{ key: "none", mark: empty, build: () => h("li", { class: "no-rows" }, empty) }]);
  const rows = [...list.querySelectorAll(".person-row")];
  const stop = rows.find((row) => row === document.activeElement) ?? rows.find((row) => row.ariaCurrent === "true") ?? rows[0];
  rows.forEach((row) => row.setAttribute("tabindex", row === stop ? "0" : "-1"));
}

function arrows(event) {
  const rows = [...document.querySelectorAll("#people-list .person-row, #groups-list .person-row")];
  const at = rows.indexOf(document.activeElement);
  const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (target === undefined || at < 0) return;
  event.preventDefault();
  const row = rows[Math.max(0, Math.min(rows.length - 1, target))];
  for (const each of row.closest("ul").querySelectorAll(".person-row")) each.setAttribute("tabindex", each === row ? "0" : "-1");
  row.focus();
}

function personItem(person, actions) {
  const unread = unreadOf(person.id);
  const talk = conversation(person.id, person.id);
  const held = state.current?.person === person.id;
  const last = talk?.last;
  const when = last ? rowTime(last.date, now()) : "";
  const tag = person.language ? language(person.language) : "no language";
  return {
    key: `p${person.id}`,
    mark: JSON.stringify([person, unread, last, held, when]),
    build: () => h("li", {}, rowButton({
      person, held, unread, when, name: person.name, last: lastLine(last, person.id),
      note: person.note,
      tags: person.deactivated ? h("span", { class: "tag blocked" }, "deleted") : person.blocked ? h("span", { class: "tag blocked" }, "blocked") : null,
      badge: h("span", { class: "tag", "aria-hidden": "true", title: `The phone’s language: ${tag}` }, person.language ?? "–"),
      aside: `, phone in ${tag}, `,
      onclick: () => actions.hold(person.id),
    })),
  };
}

function groupItem(group, actions) {
  const members = group.members.filter((id) => state.people.has(id));
  const held = state.current?.chat === group.id;
  const owner = members.includes(state.current?.person) ? state.current.person : members[0];
  const talk = owner === undefined ? null : conversation(owner, group.id);
  const when = talk?.last ? rowTime(talk.last.date, now()) : "";
  return {
    key: `g${group.id}`,
    mark: JSON.stringify([group, members.length, held, owner, talk?.last, when]),
    build: () => h("li", {}, rowButton({
      person: { id: group.id }, held, unread: 0, when, name: group.title, group: true, last: lastLine(talk?.last, owner) ?? count(members.length, "member"), aside: `, group, ${count(members.length, "member")}, `,
      onclick: () => owner !== undefined && actions.hold(owner, group.id),
    })),
  };
}

function lastLine(last, owner) {
  if (!last) return null;
  const text = preview(last);
  return [last.from === owner ? h("span", { class: "author" }, "You: ") : null, h("span", { lang: textLanguage(text) }, text)];
}

function rowButton({ person, held, unread, when, name, note, last, tags, badge, aside, group, onclick }) {
  return h("button", { type: "button", class: `person-row hue-${hue(person.id)}`, "aria-current": held ? "true" : null, tabindex: "-1", onclick },
    h("span", { class: "avatar-box" }, h("span", { class: `avatar${group ? " group-avatar" : ""}`, "aria-hidden": "true" }, group ? icon("group") : initials(name)), badge),
    h("span", { class: "row-words" },
      h("span", { class: "row-top" }, h("span", { class: "row-name" }, name), tags, h("span", { class: "visually-hidden" }, aside), h("span", { class: "row-time" }, when)),
      note ? h("span", { class: "row-note" }, note) : null,
      h("span", { class: "row-bottom" }, h("span", { class: "row-last" }, last ?? "No messages yet"), unread ? h("span", { class: "unread" }, unread > 99 ? "99+" : String(unread), h("span", { class: "visually-hidden" }, ` unread message${unread === 1 ? "" : "s"}`)) : null)));
}
