// Pictures, files, voices, the place and the contact that the phone's owner sends.

import { confirmDialog, locationDialog, popover, sendFilesDialog, toast } from "./dialogs.js";
import { h } from "./dom.js";

/** The menu behind the paper clip; `act` as in composer.js. */
export function attachMenu(opener, holder, act) {
  popover(opener, holder, [
    { icon: "picture", label: "Pictures", run: () => choose("image/*", true, (files) => sendPictures(files, act)) },
    { icon: "file", label: "Files", run: () => choose("", true, (files) => sendFilesDialog(files, "document", (caption) => sendEach("sends_document", files, caption, act))) },
    { icon: "mic", label: "A voice message from a file", run: () => choose("audio/*,.ogg,.oga,.opus", false, ([file]) => sendVoiceFile(file, act)) },
    { icon: "pin", label: "Location", run: () => locationDialog((place) => act.must("sends_location", place)) },
    { icon: "person", label: "My contact", run: () => confirmDialog({ title: "Send my contact?", text: "The bot gets the phone number of this person.", action: "Send", submit: () => act.must("sends_contact") }) },
  ]);
}

function choose(accept, multiple, use) {
  const input = h("input", { type: "file", accept, multiple, hidden: true });
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.remove();
    if (files.length) use(files);
  });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}

const ALBUM = 10;

function sendPictures(files, act) {
  if (files.length > ALBUM) {
    toast(`An album holds up to ${ALBUM} pictures; the first ${ALBUM} are taken.`);
    files.length = ALBUM;
  }
  sendFilesDialog(files, "photo", async (caption) => {
    const packed = await Promise.all(files.map(pack));
    await (packed.length > 1 ? act.must("sends_album", { files: packed, caption }) : act.must("sends_photo", { file: packed[0], caption }));
  });
}

async function sendEach(action, files, caption, act) {
  for (const [index, file] of files.entries()) await act.must(action, { file: await pack(file), caption: index === 0 ? caption : "" });
}

function sendVoiceFile(file, act) {
  sendFilesDialog([file], "voice", async (caption) => act.must("sends_voice", { file: await pack(file), caption, duration: await lengthOf(file) }));
}

/** {name, mime, content} with the bytes in base64. */
export function pack(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ name: file.name, mime: file.type || "application/octet-stream", content: reader.result.slice(reader.result.indexOf(",") + 1) });
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** Whole seconds, at least 1; 1 when the browser cannot tell. */
function lengthOf(file) {
  return new Promise((resolve) => {
    const sound = new Audio(URL.createObjectURL(file));
    const end = (seconds) => {
      URL.revokeObjectURL(sound.src);
      resolve(Number.isFinite(seconds) ? Math.max(1, Math.round(seconds)) : 1);
    };
    sound.addEventListener("loadedmetadata", () => end(sound.duration));
    sound.addEventListener("error", () => end(1));
  });
}
