// What went wrong, said once and politely; and that something is under way.
const toasts = document.getElementById("toasts");

document.addEventListener("say", (event) => {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.textContent = event.detail.text;
  if (event.detail.link) toast.append(event.detail.link);
  toasts.replaceChildren(toast);
  let timer;
  const leave = () => { timer = setTimeout(() => toast.remove(), 8000); };
  const stay = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", stay);
  toast.addEventListener("pointerleave", leave);
  toast.addEventListener("focusin", stay);
  toast.addEventListener("focusout", leave);
  leave();
});

const say = (text, link) => document.dispatchEvent(new CustomEvent("say", { detail: { text, link } }));

const signIn = () => {
  const link = document.createElement("a");
  Object.assign(link, { href: "/signin", target: "_blank", rel: "opener", textContent: toasts.dataset.signIn });
  return link;
};

// The answer to a form of a ticket that is no longer shown must not take the place of the one that is.
document.addEventListener("htmx:before:swap", (event) => {
  const { sourceElement } = event.detail.ctx;
  if (sourceElement?.matches?.("form") && !sourceElement.isConnected) event.preventDefault();
});

// A refused form keeps the page as it is, unless the answer is the page with the reason in it (409, 422).
document.addEventListener("htmx:before:swap", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  const status = response.status;
  const posted = sourceElement?.matches?.("form");
  if (status === 401) say(toasts.dataset.signedOut, signIn());
  else if (status >= 500 || (posted && status >= 400 && status !== 409 && status !== 422)) {
    say(posted ? toasts.dataset.notSent : toasts.dataset.notLoaded);
  } else return;
  event.preventDefault();
});

// No answer at all.
document.addEventListener("htmx:error", (event) => {
  const ctx = event.detail.ctx;
  if (ctx && !ctx.response) say(ctx.sourceElement?.matches?.("form") ? toasts.dataset.notSent : toasts.dataset.notLoaded);
});

document.addEventListener("htmx:before:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  const button = request.submitter ?? sourceElement.querySelector?.("[type=submit]");
  button?.setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:finally:request", () => {
  document.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
});
