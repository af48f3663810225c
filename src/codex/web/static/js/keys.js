// Shortcuts are declared in HTML: data-key="e" or "g m". Pressing one clicks that element.
const sheet = document.getElementById("keys");
const toggle = document.getElementById("single-keys");
const memory = "single-keys-off";

if (toggle) {
  toggle.checked = !localStorage.getItem(memory);
  toggle.addEventListener("change", () => {
    if (toggle.checked) localStorage.removeItem(memory);
    else localStorage.setItem(memory, "1");
  });
}

const isTyping = (element) =>
  element.matches?.("textarea, select, input:not([type=checkbox], [type=radio])") || element.isContentEditable;

let chord = "";
let timer;

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || event.altKey) return;
  const mod = event.metaKey || event.ctrlKey;

  if (mod && event.key === "Enter" && event.target.form) {
    event.preventDefault();
    const send = [...event.target.form.querySelectorAll("[data-send]")].find((button) => button.checkVisibility());
    event.target.form.requestSubmit(send);
    return;
  }
  const off = localStorage.getItem(memory) && event.key !== "?";
  if (mod || off || isTyping(event.target) || document.querySelector("dialog[open]")) return;

  chord = chord ? `${chord} ${event.key}` : event.key;
  clearTimeout(timer);
  timer = setTimeout(() => { chord = ""; }, 900);
  const find = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const hit = find(chord) ?? find(event.key);
  if (hit) {
    event.preventDefault();
    chord = "";
    hit.click();
  } else if (!document.querySelector(`[data-key^="${CSS.escape(chord)} "]`)) chord = "";
});

// Browsers without invoker commands.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[commandfor]");
  if (!button || "command" in HTMLButtonElement.prototype) return;
  const dialog = document.getElementById(button.getAttribute("commandfor"));
  if (button.getAttribute("command") === "close") dialog.close();
  else dialog.showModal();
});

const isMac = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);
const nameMod = () => { if (isMac) document.querySelectorAll("[data-mod]").forEach((key) => { key.textContent = "⌘"; }); };
nameMod();
document.addEventListener("htmx:after:swap", nameMod);
sheet?.addEventListener("close", () => document.activeElement?.blur?.());
