// Dialogs: alerts of the bot, forms of the demo, pictures in full size. Esc closes each of them.

import { byId, h, icon, iconButton } from "./dom.js";
import { language, size } from "./format.js";
import { botName, state } from "./store.js";
import { textLanguage } from "./text.js";

/** Shows `content` as a modal dialog and returns it; it leaves the page when closed, and focus returns to where it was. */
function openDialog(props, ...content) {
  const before = document.activeElement;
  const dialog = h("dialog", props, content);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** A form in a dialog. `submit()` does the work; a Refused of it is shown and the form stays. */
function formDialog({ title, text, fields, action, submit, danger = false }) {
  const error = h("p", { class: "form-error", role: "alert", hidden: true });
  const go = h("button", { type: "submit", class: danger ? "button danger" : "button primary" }, action);
  const form = h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      go.disabled = true;
      try {
        await submit();
        dialog.close();
      } catch (problem) {
        error.textContent = problem.message;
        error.hidden = false;
      } finally {
        go.disabled = false;
      }
    },
  }, h("h2", { id: "dialog-title" }, title), text ? h("p", {}, text) : null, fields ?? [], error,
  h("div", { class: "dialog-actions" }, h("button", { type: "button", class: "button", onclick: () => dialog.close() }, "Cancel"), go));
  const dialog = openDialog({ "aria-labelledby": "dialog-title" }, form);
  return dialog;
}

const field = (label, input, hint) => h("label", { class: "field" }, h("span", {}, label), input, hint ? h("small", {}, hint) : null);

/** The alert that a bot shows on a tap; in the phone it must be closed with OK. */
export function alertDialog(text) {
  const ok = h("button", { type: "button", class: "button primary", autofocus: true, onclick: () => dialog.close() }, "OK");
  const dialog = openDialog({ role: "alertdialog", "aria-labelledby": "dialog-title", "aria-describedby": "dialog-said", class: "alert" },
    h("div", { class: "dialog-body" }, h("h2", { id: "dialog-title" }, botName()), h("p", { class: "said", id: "dialog-said", lang: textLanguage(text) }, text), h("div", { class: "dialog-actions" }, ok)));
}

/** A short word at the top of the phone. */
export function toast(text, { bad = false } = {}) {
  const box = h("div", { class: bad ? "bad" : "", lang: textLanguage(text) }, text);
  const place = byId("phone").hidden ? document.body.appendChild(h("div", { id: "page-toast", role: "status" })) : byId("toast");
  place.append(box);
  setTimeout(() => {
    box.remove();
    if (place.id === "page-toast") place.remove();
  }, Math.max(3500, text.length * 70));
}

const PHONE_LANGUAGES = ["ky", "ru", "en", "uz", "tg", "kk", "tr"];

export function addPersonDialog(submit) {
  const first = h("input", { required: true, maxlength: "64", autocomplete: "off", autofocus: true });
  const last = h("input", { maxlength: "64", autocomplete: "off" });
  const tongue = h("select", {}, PHONE_LANGUAGES.map((tag) => h("option", { value: tag }, `${language(tag)} (${tag})`)), h("option", { value: "" }, "The phone tells no language"));
  formDialog({
    title: "Add a person",
    text: "A new phone with an empty chat. The phone’s language is only a hint for the bot.",
    fields: [h("div", { class: "field-row" }, field("First name", first), field("Last name", last)), field("The phone’s language", tongue)],
    action: "Add",
    submit: () => submit({ first_name: first.value, last_name: last.value || null, language_code: tongue.value || null }),
  });
}

export function addGroupDialog(submit) {
  const title = h("input", { required: true, maxlength: "128", autocomplete: "off", autofocus: true });
  const checks = [...state.people.values()].map((person) => [person.id, h("input", { type: "checkbox" }), person.name]);
  formDialog({
    title: "Add a group",
    text: "The bot and the chosen people are its members.",
    fields: [field("Name of the group", title),
      h("fieldset", {}, h("legend", {}, "Members"), h("div", { class: "checks" }, checks.map(([, box, name]) => h("label", {}, box, name))))],
    action: "Add",
    submit: () => submit({ title: title.value, members: checks.filter(([, box]) => box.checked).map(([id]) => id) }),
  });
}

const FAR_AWAY = { latitude: 42.8746, longitude: 74.5698 };

/** Asks for a place; the demo's own places are offered by name. */
export function locationDialog(submit) {
  const start = state.locations[0] ?? FAR_AWAY;
  const latitude = h("input", { type: "number", step: "any", min: "-90", max: "90", required: true, value: String(start.latitude), inputmode: "decimal" });
  const longitude = h("input", { type: "number", step: "any", min: "-180", max: "180", required: true, value: String(start.longitude), inputmode: "decimal" });
  const chips = state.locations.map((place) => h("button", { type: "button", class: "chip", "aria-pressed": String(place === start), onclick: () => choose(place) }, place.name));
  const choose = (place) => {
    latitude.value = String(place.latitude);
    longitude.value = String(place.longitude);
    chips.forEach((chip, index) => chip.setAttribute("aria-pressed", String(state.locations[index] === place)));
  };
  formDialog({
    title: "Send a location",
    text: "Where the phone says it is.",
    fields: [chips.length ? h("div", { class: "chips", role: "group", "aria-label": "Places of the demo" }, chips) : null,
      h("div", { class: "field-row" }, field("Latitude", latitude), field("Longitude", longitude))],
    action: "Send",
    submit: () => submit({ latitude: Number(latitude.value), longitude: Number(longitude.value) }),
  });
}

export function confirmDialog(options) {
  formDialog({ fields: [], ...options });
}

/** Shows the chosen files and asks for a caption. */
export function sendFilesDialog(files, kind, submit) {
  const caption = h("textarea", { rows: "2", maxlength: "4096", autofocus: true });
  const urls = kind === "photo" ? files.map((file) => URL.createObjectURL(file)) : [];
  const shown = kind === "photo"
    ? h("div", { class: "send-preview" }, urls.map((url, index) => h("img", { src: url, alt: files[index].name })))
    : h("ul", {}, files.map((file) => h("li", {}, `${file.name} · ${size(file.size)}`)));
  const what = { photo: files.length > 1 ? `${files.length} pictures` : "a picture", document: files.length > 1 ? `${files.length} files` : "a file", voice: "a voice message" }[kind];
  const dialog = formDialog({ title: `Send ${what}`, fields: [shown, field("Caption (may stay empty)", caption)], action: "Send", submit: () => submit(caption.value) });
  dialog.addEventListener("close", () => urls.forEach((url) => URL.revokeObjectURL(url)));
}

/** Pictures in full size; arrow keys go through an album. */
export function viewer(messages, current) {
  let at = messages.indexOf(current);
  const image = h("img", {});
  const caption = h("figcaption");
  const save = h("a", { class: "icon-button viewer-save", "aria-label": "Download the picture", title: "Download" }, icon("download"));
  const show = (index) => {
    at = (index + messages.length) % messages.length;
    const message = messages[at];
    const text = message.text || messages.find((each) => each.text)?.text || "";
    image.src = message.media.url;
    image.alt = text ? `Picture: ${text}` : "Picture";
    save.href = `${message.media.url}?download`;
    save.setAttribute("download", message.media.name ?? "picture");
    caption.replaceChildren(messages.length > 1 ? `${at + 1} / ${messages.length}\n` : "", h("span", { lang: textLanguage(text) }, text));
  };
  const many = messages.length > 1;
  const dialog = openDialog({
    class: "viewer", "aria-label": "Picture",
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step && many) show(at + step);
    },
  }, h("figure", { onclick: (event) => event.target !== caption && dialog.close() }, image, caption), save,
  iconButton("close", "Close", () => dialog.close(), { class: "icon-button viewer-close", autofocus: true }),
  many ? [iconButton("chevron-left", "Previous picture", () => show(at - 1), { class: "icon-button viewer-back" }), iconButton("chevron", "Next picture", () => show(at + 1), { class: "icon-button viewer-next" })] : null);
  show(at);
}

/** A list of choices that hangs from `opener`; Esc, Tab or a click elsewhere closes it. `items`: [{icon, label, run, danger}] */
export function popover(opener, holder, items, extra = "") {
  const open = document.querySelector(".popover");
  if (open) {
    open.close();
    if (open.opener === opener) return;
  }
  const close = (back = false) => {
    box.remove();
    opener.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (back) opener.focus();
  };
  const outside = (event) => !box.contains(event.target) && !opener.contains(event.target) && close();
  const box = h("div", { class: `popover ${extra}`.trim(), role: "menu", onkeydown: (event) => menuKeys(event, box, close) },
    items.map((item) => h("button", { type: "button", role: "menuitem", class: item.danger ? "danger" : "", onclick: () => (close(true), item.run()) }, item.icon ? icon(item.icon) : null, item.label)));
  Object.assign(box, { close, opener });
  holder.append(box);
  opener.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  box.querySelector("button")?.focus();
}

function menuKeys(event, box, close) {
  const buttons = [...box.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  const target = { ArrowDown: at + 1, ArrowUp: at - 1 + buttons.length, Home: 0, End: buttons.length - 1 }[event.key];
  if (target !== undefined) {
    event.preventDefault();
    buttons[target % buttons.length]?.focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    if (event.key === "Escape") event.preventDefault();
    event.stopPropagation();
    close(true);
  }
}
