// Message text: Telegram's entities as elements, and a guess at the language for screen readers.

import { h } from "./dom.js";

const KYRGYZ_LETTERS = /[өүңӨҮҢ]/u;
const KYRGYZ_ENDINGS = /(сыз|луу|дын|нын|жана|менен|эмес|керек|болот|айыл|рахмат)(?=[\s.,:;!?»—-]|$)/iu;
const RUSSIAN_SIGNS = /[щъьё]|(?:^|\s)(и|в|на|не|вы|вас|ваш|ваше|для|это|или|что|по|за|до|от|из|с|у|к)(?=\s|$)|(ть|ться|ние|ния|ого|ется|ите|йте|ый|ий|ая|ое)(?=[\s.,:;!?»—-]|$)/iu;
const CYRILLIC = /\p{Script=Cyrillic}/u;

/** "ky", "ru" or null when the line does not tell. */
function lineLanguage(line) {
  if (KYRGYZ_LETTERS.test(line)) return "ky";
  if (!CYRILLIC.test(line)) return null;
  if (RUSSIAN_SIGNS.test(line)) return "ru";
  return KYRGYZ_ENDINGS.test(line) ? "ky" : null;
}

/** The language most lines of a text are in, or null. */
export function textLanguage(text) {
  const votes = { ky: 0, ru: 0 };
  for (const line of text.split("\n")) {
    const found = lineLanguage(line);
    if (found) votes[found] += line.length;
  }
  if (votes.ky === 0 && votes.ru === 0) return null;
  return votes.ky >= votes.ru ? "ky" : "ru";
}

/** Where a link of a message leads: {payload} for this bot's deep link, {href} for the web, null for anything else. */
export function linkTarget(url, botUsername) {
  let parsed;
  try {
    parsed = new URL(/^[a-z][a-z0-9+.-]*:/iu.test(url) ? url : `https://${url}`);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
  const bot = (botUsername ?? "").toLowerCase();
  const host = parsed.hostname.replace(/^www\./u, "");
  if (["t.me", "telegram.me", "telegram.dog"].includes(host) && parsed.pathname.replaceAll("/", "").toLowerCase() === bot)
    return { payload: parsed.searchParams.get("start") ?? "" };
  if (parsed.protocol === "tg:" && parsed.hostname === "resolve" && parsed.searchParams.get("domain")?.toLowerCase() === bot)
    return { payload: parsed.searchParams.get("start") ?? "" };
  return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? { href: parsed.href } : null;
}

/**
 * The text as nodes. `actions`: {bot, open(payload), command(text)}; entity offsets count UTF-16 units, as JavaScript's strings do.
 */
export function renderText(text, entities, actions) {
  const fragment = document.createDocumentFragment();
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  fragment.append(...spans(text, 0, text.length, sorted, actions, textLanguage(text)));
  return fragment;
}

function spans(text, from, to, entities, actions, language) {
  const nodes = [];
  let at = from;
  for (let i = 0; i < entities.length; ) {
    const entity = entities[i];
    const end = Math.min(entity.offset + entity.length, to);
    const start = Math.max(entity.offset, at);
    let next = i + 1;
    while (next < entities.length && entities[next].offset < end) next += 1;
    if (start < end) {
      nodes.push(...plain(text, at, start, language));
      const inner = spans(text, start, end, entities.slice(i + 1, next), actions, language);
      nodes.push(element(entity, text.slice(start, end), inner, actions));
      at = end;
      // A block ends its own line: the line break after it is not another one.
      if (BLOCKS.has(entity.type) && text[at] === "\n" && at < to) at += 1;
    }
    i = next;
  }
  nodes.push(...plain(text, at, to, language));
  return nodes;
}

/** Text between entities; lines in another language than the whole message are marked. */
function plain(text, from, to, language) {
  const nodes = [];
  for (let at = from; at < to; ) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 || newline >= to ? to : newline + 1;
    const lineStart = at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
    const own = lineLanguage(text.slice(lineStart, newline < 0 ? text.length : newline));
    const part = text.slice(at, end);
    nodes.push(own && own !== language ? h("span", { lang: own }, part) : document.createTextNode(part));
    at = end;
  }
  return nodes;
}

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };

function element(entity, text, inner, actions) {
  if (entity.type in TAGS) return h(TAGS[entity.type], {}, inner);
  switch (entity.type) {
    case "pre":
      return h("pre", { data: { language: entity.language ?? "" }, tabindex: "0" }, h("code", {}, inner));
    case "blockquote":
      return h("blockquote", {}, inner);
    case "expandable_blockquote":
      return expandable(inner);
    case "spoiler":
      return spoiler(inner);
    case "bot_command":
      return h("button", { type: "button", class: "inline-link", onclick: () => actions.command(text) }, inner);
    case "text_link":
      return link(entity.url, inner, actions);
    case "url":
      return link(text, inner, actions);
    case "email":
      return link(`mailto:${text}`, inner, actions);
    case "mention":
      return link(`https://t.me/${text.slice(1)}`, inner, actions);
    case "phone_number":
    case "hashtag":
    case "cashtag":
    case "text_mention":
      return h("span", { class: "mention" }, inner);
    default:
      return h("span", {}, inner);
  }
}

function link(url, inner, actions) {
  const target = linkTarget(url, actions.bot);
  if (target === null) return h("span", {}, inner);
  if ("payload" in target)
    return h("button", { type: "button", class: "inline-link", title: "Opens in the simulator", onclick: () => actions.open(target.payload) }, inner);
  return h("a", { href: target.href, target: "_blank", rel: "noopener noreferrer" }, inner);
}

function spoiler(inner) {
  const content = h("span", { class: "spoiler-text", "aria-hidden": "true" }, inner);
  const cover = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Hidden text, press to show" }, content);
  const reveal = (event) => {
    if (cover.classList.contains("shown") || (event.type === "keydown" && !["Enter", " "].includes(event.key))) return;
    event.preventDefault();
    cover.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) cover.removeAttribute(name);
    content.removeAttribute("aria-hidden");
  };
  cover.addEventListener("click", reveal);
  cover.addEventListener("keydown", reveal);
  return cover;
}

function expandable(inner) {
  const quote = h("blockquote", { class: "expandable" }, inner);
  const toggle = h("button", {
    type: "button", class: "expand", "aria-expanded": "false",
    onclick: () => {
      const open = quote.classList.toggle("open");
      toggle.setAttribute("aria-expanded", String(open));
      toggle.textContent = open ? "Show less" : "Show more";
    },
  }, "Show more");
  return h("div", { class: "quote-box" }, quote, toggle);
}
