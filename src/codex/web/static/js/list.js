// Moving through the list: j, k, Enter or o, Esc.
const links = () => [...document.querySelectorAll(".row-a")];
const current = () => document.querySelector(".row-a[aria-current]");
let wanted = null;  // the row whose ticket is being fetched
let read = false;  // whether the ticket being fetched takes the focus

const mark = (link) => {
  for (const other of links()) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  link.closest(".row").removeAttribute("data-unread");
  link.closest(".row").scrollIntoView({ block: "nearest" });
  document.getElementById("list-title").setAttribute("aria-level", "2");
};

const markShown = () => {
  const shown = document.getElementById("ticket")?.dataset.ticket;
  const link = shown && document.querySelector(`#row-${CSS.escape(shown)} .row-a`);
  const marked = document.querySelectorAll(".row-a[aria-current]");
  if (link && (marked.length > 1 || marked[0] !== link)) mark(link);
  if (!link) marked.forEach((other) => other.removeAttribute("aria-current"));
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

// Marked at once, the ticket follows. Whoever walks fast gets the last one asked for; if it does not come, the mark
// goes back to the ticket that is shown.
document.addEventListener("htmx:before:request", (event) => {
  const link = event.detail.ctx.sourceElement;
  if (!link.matches(".row-a")) return;
  wanted = link;
  mark(link);
});

document.addEventListener("htmx:before:swap", (event) => {
  const link = event.detail.ctx.sourceElement;
  if (link?.matches?.(".row-a") && link !== wanted) event.preventDefault();
});

document.addEventListener("htmx:after:swap", (event) => {
  const link = event.detail.ctx.sourceElement;
  if (!wanted || link === wanted) markShown();
  if (!link?.matches?.(".row-a")) return;
  const isHidden = !document.querySelector(".list")?.checkVisibility();
  if (read || isHidden) readTicket();
  read = false;
});

document.addEventListener("htmx:finally:request", (event) => {
  if (event.detail.ctx.sourceElement !== wanted) return;
  wanted = null;
  markShown();
});

current()?.closest(".row").scrollIntoView({ block: "nearest" });
