// Moving through the list: j, k, Enter or o, Esc.
const links = () => [...document.querySelectorAll(".row-a")];
const current = () => document.querySelector(".row-a[aria-current]");
const before = new WeakMap();  // which row was the current one when this one was chosen
let read = false;  // whether the ticket being fetched takes the focus

const mark = (link) => {
  for (const other of links()) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  link.closest(".row").removeAttribute("data-unread");
  link.closest(".row").scrollIntoView({ block: "nearest" });
  document.getElementById("list-title").setAttribute("aria-level", "2");
};

const step = (by) => {
  const all = links();
  const from = all.indexOf(current());
  const link = all[Math.min(Math.max(from + by, 0), all.length - 1)];
  if (!link || link === current()) return link?.focus({ preventScroll: true });
  link.focus({ preventScroll: true });
  link.click();
};

const readTicket = () => document.getElementById("ticket-title")?.focus();

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.metaKey || event.ctrlKey || event.altKey) return;
  if (document.querySelector("dialog[open], [popover]:popover-open")) return;
  const inField = event.target.matches("input:not([type=radio]), textarea, select");
  if (event.key === "Escape") {
    if (event.target.closest("#pane")) (current() ?? document.getElementById("rows"))?.focus({ preventScroll: true });
    return;
  }
  const onRow = event.target.matches(".row-a");
  if (event.key === "Enter" && onRow) {
    if (event.target === current()) {
      event.preventDefault();
      readTicket();
    } else read = true;
    return;
  }
  if (inField || localStorage.getItem("single-keys-off")) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "o") readTicket();
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const way = event.target.closest("[data-step]");
  if (way && links().includes(current())) {
    event.preventDefault();
    step(Number(way.dataset.step));
  }
});

// Marked at once, the ticket follows; if it does not come, the mark goes back.
document.addEventListener("htmx:before:request", (event) => {
  const link = event.detail.ctx.sourceElement;
  if (!link.matches(".row-a")) return;
  before.set(link, current());
  mark(link);
});

document.addEventListener("htmx:before:swap", (event) => {
  const { sourceElement: link, response } = event.detail.ctx;
  if (before.get(link) && (response.status >= 500 || response.status === 401)) mark(before.get(link));
});

document.addEventListener("htmx:after:swap", (event) => {
  const link = event.detail.ctx.sourceElement;
  const shown = document.getElementById("ticket")?.dataset.ticket;
  const its = shown && document.querySelector(`#row-${CSS.escape(shown)} .row-a`);
  if (its && (its !== current() || document.querySelectorAll(".row-a[aria-current]").length > 1)) mark(its);
  if (!link?.matches?.(".row-a")) return;
  const isHidden = !document.querySelector(".list")?.checkVisibility();
  if (read || isHidden) readTicket();
  read = false;
});

current()?.closest(".row").scrollIntoView({ block: "nearest" });
