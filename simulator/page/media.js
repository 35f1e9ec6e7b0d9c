// Pictures, albums, voices, documents, places and contacts inside a bubble.

import { h, icon } from "./dom.js";
import { duration, hue, initials, size } from "./format.js";

export function media(message, actions) {
  const item = message.media;
  switch (item.kind) {
    case "photo":
      return photo(message, [message], actions);
    case "voice":
    case "audio":
      return player(item);
    case "video":
    case "video_note":
    case "animation":
      return h("video", { class: "moving", src: item.url, controls: true, preload: "metadata", playsinline: true, "aria-label": item.name ?? "Video" });
    case "sticker":
      return h("img", { class: "sticker", src: item.url, alt: `Sticker ${item.emoji ?? ""}`.trim() });
    case "location":
    case "venue":
      return mapCard(item);
    case "contact":
      return contactCard(item);
    default:
      return fileCard(item);
  }
}

/** Two to ten pictures (or documents, one under the other). */
export function album(run, actions) {
  if (run.some((message) => message.media.kind === "document" || message.media.kind === "audio"))
    return h("div", { class: "stacked" }, run.map((message) => media(message, actions)));
  return h("div", { class: `album of-${run.length}` }, run.map((message) => (message.media.kind === "photo" ? photo(message, run, actions) : media(message, actions))));
}

function photo(message, run, actions) {
  const { url, width, height } = message.media;
  const position = run.length > 1 ? ` ${run.indexOf(message) + 1} of ${run.length}` : "";
  const words = message.text ? `Picture${position}: ${message.text.slice(0, 120)}` : `Picture${position}`;
  const image = h("img", { src: url, alt: words, width, height, loading: "lazy", decoding: "async" });
  image.addEventListener("error", () => image.parentElement?.classList.add("broken"));
  const ratio = width && height ? Math.min(Math.max(width / height, 0.62), 2.4) : 1.4;
  return h("button", {
    type: "button", class: "photo", "aria-label": `${words}. Enlarge`, style: { "--ratio": String(ratio) },
    onclick: () => actions.enlarge(run.filter((each) => each.media.kind === "photo"), message),
  }, image);
}

function fileCard(item) {
  return h("a", { class: "file-card", href: `${item.url}?download`, download: item.name ?? "" },
    h("span", { class: "file-icon" }, icon("download")),
    h("span", { class: "visually-hidden" }, "Download "),
    h("span", { class: "file-words" }, h("strong", {}, item.name ?? "File"), h("small", {}, [size(item.size), kindOf(item)].filter(Boolean).join(" · "))));
}

const kindOf = (item) => (item.name?.includes(".") ? item.name.split(".").at(-1).toUpperCase() : "");

function mapCard(item) {
  const at = `${item.latitude.toFixed(5)}, ${item.longitude.toFixed(5)}`;
  const title = item.title ?? "Location";
  return h("div", { class: "map-card" },
    h("div", { class: "map-picture", role: "img", "aria-label": `A pin at ${at}` }, h("span", { class: "pin" }, icon("pin-full"))),
    h("div", { class: "map-words" }, h("strong", {}, title), item.address ? h("span", {}, item.address) : null, h("small", {}, at)));
}

function contactCard(item) {
  const name = [item.first_name, item.last_name].filter(Boolean).join(" ") || "Contact";
  return h("div", { class: "contact-card" },
    h("span", { class: `avatar hue-${hue(item.user_id ?? name.length)}`, "aria-hidden": "true" }, initials(name)),
    h("span", { class: "file-words" }, h("strong", {}, name), h("small", {}, item.phone)));
}

let playing = null;

/** A voice message: play, a line to seek on, the time. One plays at a time. */
function player(item) {
  const sound = new Audio();
  sound.preload = "none";
  sound.src = item.url;
  const length = () => (Number.isFinite(sound.duration) && sound.duration > 0 ? sound.duration : item.duration ?? 0);
  const line = h("input", { type: "range", min: "0", max: "1000", value: "0", step: "1", "aria-label": "Position in the recording" });
  const clock = h("small", {}, duration(item.duration));
  const button = h("button", { type: "button", class: "play", "aria-label": "Play the recording" }, icon("play"));
  const words = item.title ?? item.name;
  const box = h("div", { class: "player" }, button, h("div", { class: "player-line" }, words && item.kind === "audio" ? h("strong", {}, words) : null, line, clock));
  const show = (name, label) => {
    button.replaceChildren(icon(name));
    button.setAttribute("aria-label", label);
  };
  button.addEventListener("click", () => (sound.paused ? sound.play().catch(() => fail(box)) : sound.pause()));
  sound.addEventListener("play", () => {
    if (playing && playing !== sound) playing.pause();
    playing = sound;
    show("pause", "Pause the recording");
  });
  sound.addEventListener("pause", () => show("play", "Play the recording"));
  sound.addEventListener("ended", () => moveTo(0));
  sound.addEventListener("timeupdate", () => moveTo(length() ? sound.currentTime / length() : 0));
  line.addEventListener("input", () => {
    sound.currentTime = (Number(line.value) / 1000) * length();
  });
  const moveTo = (share) => {
    line.value = String(Math.round(share * 1000));
    line.style.setProperty("--done", `${share * 100}%`);
    line.setAttribute("aria-valuetext", `${duration(sound.currentTime)} of ${duration(length())}`);
    clock.textContent = sound.currentTime > 0 && share > 0 ? `${duration(sound.currentTime)} / ${duration(length())}` : duration(length());
  };
  moveTo(0);
  return box;
}

function fail(box) {
  if (box.querySelector(".failed")) return;
  box.append(h("small", { class: "failed", role: "status" }, "This browser cannot play the recording."));
}

export function stopSound() {
  playing?.pause();
}
