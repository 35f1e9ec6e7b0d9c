// Builds DOM nodes: data only ever becomes text nodes and attributes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** h("button", {class: "x", onclick: f, "aria-label": "Send"}, "text", node, null) */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  setProps(node, props);
  node.append(...flatten(children));
  return node;
}

function setProps(node, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "style") for (const [key, v] of Object.entries(value)) node.style.setProperty(key, v);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
}

const flatten = (children) =>
  children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");

/** An icon of icons.svg; decoration only, the button around it carries the words. */
export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${extra}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/page/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function iconButton(name, label, onclick, props = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props }, icon(name));
}

export const byId = (id) => document.getElementById(id);

export const narrow = () => matchMedia("(max-width: 719px)").matches;

/**
 * Makes the children of `parent` equal to `wanted` ([{key, mark, build}]), keeping every element whose mark is unchanged,
 * so that a playing voice, an open spoiler and the focus survive. Returns the elements built anew.
 */
export function reconcile(parent, wanted) {
  const present = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const built = [];
  let cursor = parent.firstElementChild;
  for (const { key, mark, build } of wanted) {
    let node = present.get(key);
    if (!node || node.dataset.mark !== mark) {
      const fresh = build();
      fresh.dataset.key = key;
      fresh.dataset.mark = mark;
      if (node) {
        if (node === cursor) cursor = fresh;
        keepFocus(node, fresh);
      } else parent.insertBefore(fresh, cursor);
      built.push({ node: fresh, replaced: node !== undefined });
      node = fresh;
    }
    present.delete(key);
    if (node === cursor) cursor = cursor.nextElementSibling;
    else if (node.nextElementSibling !== cursor || node.parentNode !== parent) parent.insertBefore(node, cursor);
  }
  for (const gone of present.values()) gone.remove();
  return built;
}

function keepFocus(old, fresh) {
  const held = old.contains(document.activeElement);
  const index = held ? focusable(old).indexOf(document.activeElement) : -1;
  old.replaceWith(fresh);
  if (!held) return;
  const candidates = focusable(fresh);
  (candidates[Math.min(index, candidates.length - 1)] ?? byId("composer-text"))?.focus({ preventScroll: true });
}

export const focusable = (node) => [...node.querySelectorAll("button:not(:disabled), a[href], input, select, textarea, [tabindex='0']")];
