// Words for times, sizes, languages and people.

let zone;

/** The demo's time zone; without one the browser's own is used. */
export function setZone(name) {
  zone = name || undefined;
}

const formats = new Map();
function format(options) {
  const key = JSON.stringify([options, zone]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }));
  return formats.get(key);
}

export const time = (ms) => format({ hour: "2-digit", minute: "2-digit" }).format(ms);
export const clockTime = (ms) => format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(ms);
export const longDay = (ms) => format({ weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(ms);
export const exact = (ms) => format({ dateStyle: "full", timeStyle: "medium" }).format(ms);
/** The day as a comparable key, in the demo's zone. */
const dayKey = (ms) => format({ year: "numeric", month: "2-digit", day: "2-digit" }).format(ms);

const DAY = 86_400_000;

/** "Today", "Yesterday", "5 November" or "5 November 2025", seen from `now`. */
export function day(ms, now) {
  if (dayKey(ms) === dayKey(now)) return "Today";
  if (dayKey(ms) === dayKey(now - DAY)) return "Yesterday";
  const sameYear = format({ year: "numeric" }).format(ms) === format({ year: "numeric" }).format(now);
  return format({ day: "numeric", month: "long", ...(sameYear ? {} : { year: "numeric" }) }).format(ms);
}

/** What a row of the list shows: the time today, a short date before. */
export function rowTime(ms, now) {
  return dayKey(ms) === dayKey(now) ? time(ms) : format({ day: "numeric", month: "short" }).format(ms);
}

/** "2 days and 3 hours ahead of real time" */
export function offsetWords(ms) {
  const minutes = Math.round(ms / 60_000);
  if (minutes === 0) return "The same as the real time";
  const size = Math.abs(minutes);
  const parts = [
    [Math.floor(size / 1440), "day"],
    [Math.floor((size % 1440) / 60), "hour"],
    [size % 60, "minute"],
  ].filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}${n === 1 ? "" : "s"}`);
  return `${parts.join(" and ")} ${minutes > 0 ? "ahead of" : "behind"} the real time`;
}

export function size(bytes) {
  if (bytes === undefined || bytes === null) return "";
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function duration(seconds) {
  const whole = Math.max(0, Math.round(Number.isFinite(seconds) ? seconds : 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function count(n, word, plural = `${word}s`) {
  return `${n} ${n === 1 ? word : plural}`;
}

const HUES = 8;
/** Which of the eight avatar colours an id gets. */
export const hue = (id) => Math.abs(Number(id)) % HUES;

const letters = new Intl.Segmenter("ky", { granularity: "grapheme" });
export function initials(name) {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = (word) => [...letters.segment(word)][0]?.segment ?? "";
  return (words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0] ?? "?")).toLocaleUpperCase("ky");
}

const languageNames = new Intl.DisplayNames("en", { type: "language" });
/** "Kyrgyz" for "ky"; "not set" when the phone tells no language; the tag itself when it has no known name. */
export function language(tag) {
  if (!tag) return "not set";
  try {
    return languageNames.of(tag) ?? tag;
  } catch (error) {
    if (error instanceof RangeError) return tag;
    throw error;
  }
}

const KINDS = {
  photo: "🖼 Photo", document: "📎 Document", voice: "🎤 Voice message", audio: "🎵 Audio", video: "🎬 Video", video_note: "🎬 Video message",
  animation: "🎞 Animation", sticker: "Sticker", location: "📍 Location", venue: "📍 Place", contact: "👤 Contact", poll: "📊 Poll", dice: "🎲 Dice",
};

/** One line that stands for a message in the list and in announcements. */
export function preview(message) {
  const text = (message.text ?? "").replace(/\s+/gu, " ").trim();
  if (message.service) return message.service;
  if (!message.media) return text;
  const kind = message.media.kind;
  const name = message.media.name ?? message.media.title ?? "";
  const label = kind === "sticker" && message.media.emoji ? `${message.media.emoji} Sticker` : KINDS[kind] ?? kind;
  return [label, text || name].filter(Boolean).join(": ");
}
