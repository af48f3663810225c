// The open ticket: newest message in sight, small forms, the reply box.
const conversation = () => document.getElementById("conversation");
const composer = () => document.getElementById("composer");

const toNewest = () => conversation()?.scrollTo(0, conversation().scrollHeight);

// Unsent text, with its audience, stays in this tab when one walks to another ticket and back.
const memory = (form) => `unsent ${new URL(form.action).pathname}`;
const remember = (form) => {
  const kind = new FormData(form).get("kind");
  if (form.body.value.trim()) sessionStorage.setItem(memory(form), JSON.stringify({ kind, body: form.body.value }));
  else sessionStorage.removeItem(memory(form));
};
const recall = () => {
  const form = composer();
  const kept = form && !form.body.value && JSON.parse(sessionStorage.getItem(memory(form)));
  if (!kept) return;
  const audience = form.querySelector(`[name=kind][value=${kept.kind}]`);
  if (!audience) return;
  if (audience.type === "radio") audience.checked = true;
  form.body.value = kept.body;
};
const open = () => { recall(); if (!location.hash) toNewest(); };

document.addEventListener("input", (event) => { if (event.target.form?.id === "composer") remember(event.target.form); });

document.addEventListener("change", (event) => {
  if (event.target.matches("[name=kind]")) event.target.form.body.focus();
});
// r and n also when that audience is chosen already
document.addEventListener("click", (event) => {
  if (event.target.closest(".seg label")) composer().body.focus();
});

// A property saves itself. With the keyboard, a select changes at every arrow key: wait for the last one.
let fromKeyboard = false;
let timer;
document.addEventListener("keydown", (event) => { fromKeyboard = event.target.matches("[data-submits]") && event.key !== "Enter"; });
document.addEventListener("pointerdown", () => { fromKeyboard = false; });
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-submits]")) return;
  const { form } = event.target;
  clearTimeout(timer);
  timer = setTimeout(() => form.isConnected && form.requestSubmit(), fromKeyboard ? 800 : 0);
});

document.addEventListener("submit", () => clearTimeout(timer));
document.addEventListener("submit", () => document.querySelector(":is(#send-menu, #texts):popover-open")?.hidePopover());

document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement: source, response } = event.detail.ctx;
  if (source?.id === "composer" && response.status < 400) sessionStorage.removeItem(memory(source));
});

document.addEventListener("htmx:after:swap", (event) => {
  const { sourceElement: source, response } = event.detail.ctx;
  if (source?.matches?.(".row-a")) open();
  // What the server says is so, also where it refused what was picked; not under somebody's hands, who has gone on.
  document.querySelectorAll("form.prop").forEach((form) => {
    if (form === source || !form.contains(document.activeElement)) form.reset();
  });
  if (source?.id === "composer" && response.status < 400) {
    composer()?.reset();
    toNewest();
  }
  if (source?.matches?.("[hx-target='#texts']")) document.getElementById("texts").showPopover({ source });
  document.querySelector(":is(.t-missing, .c-missing) [aria-invalid]")?.focus();
});

// A prepared text fills the box, below what stood there. The menu that it was picked from is gone by then.
let picked = false;
document.addEventListener("click", (event) => {
  if (!event.target.closest(".pick-text")) return;
  picked = true;
  document.getElementById("texts").hidePopover();
});
document.addEventListener("htmx:after:settle", () => {
  const form = picked && composer();
  if (!form) return;
  picked = false;
  form.reset();
  form.body.focus();
  remember(form);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-copy]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || !navigator.clipboard) return;
  event.preventDefault();
  const text = document.getElementById("toasts").dataset.copied;
  navigator.clipboard.writeText(link.href).then(() => document.dispatchEvent(new CustomEvent("say", { detail: { text } })));
});

// A drawer that is open when the window gets wide enough is a column again.
matchMedia("(width >= 64rem)").addEventListener("change", () => {
  document.querySelectorAll("[popover]:popover-open").forEach((drawer) => drawer.hidePopover());
});

open();
