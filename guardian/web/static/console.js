"use strict";
// Comfort only: every page is read and used without this file.

// Instants are written in UTC by the server, and shown in the reader's own time zone here.
const showInOwnZone = (within) => {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.title = time.textContent;
    time.textContent = at.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  }
};
showInOwnZone(document);

// j and k go through a list of tasks, Enter opens the chosen one; n leads on after something was done.
const move = (by) => {
  const tasks = [...document.querySelectorAll(".tasks > li")];
  if (tasks.length === 0) return;
  const now = tasks.findIndex((task) => task.hasAttribute("aria-current"));
  const next = Math.min(Math.max(now + by, 0), tasks.length - 1);
  tasks.forEach((task, number) => task.toggleAttribute("aria-current", number === next));
  tasks[next].querySelector("a, button")?.focus();
};
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") event.target.closest("form")?.requestSubmit();
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
  if (event.key === "j") move(1);
  if (event.key === "k") move(-1);
  if (event.key === "n") document.querySelector("a.next")?.click();
});

// Leaving a page with words that were not sent asks first.
let typed = false;
document.addEventListener("input", (event) => { if (event.target.closest("textarea")) typed = true; });
document.addEventListener("submit", () => { typed = false; });
window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });

// A form or a link marked with data-swap changes the page in place: what the server answers is the same whole page, of
// which the content is taken. What somebody is typing elsewhere on it, and what they had opened, stays.
const main = () => document.getElementById("main");
const isTyped = (field) => field.id && field.value !== field.defaultValue && !["hidden", "radio", "checkbox"].includes(field.type);
const swapIn = (text, sent) => {
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("main");
  if (!fresh) return false;
  const fields = [...main().querySelectorAll("textarea, input")];
  const kept = fields.filter((field) => isTyped(field) && field.form !== sent).map((field) => [field.id, field.value]);
  const open = [...main().querySelectorAll("details[open] > summary")].map((summary) => summary.textContent);
  const place = [...document.querySelectorAll(".tasks > li")].findIndex((task) => task.contains(sent));
  main().replaceWith(fresh);
  for (const [id, value] of kept) if (document.getElementById(id)) document.getElementById(id).value = value;
  for (const summary of fresh.querySelectorAll("details > summary")) {
    if (open.includes(summary.textContent)) summary.parentElement.open = true;
  }
  showInOwnZone(fresh);
  typed = kept.length > 0;
  const tasks = fresh.querySelectorAll(".tasks > li");
  const wrong = fresh.querySelector("[role=alert]");
  const next = wrong ?? (place >= 0 && tasks.length ? tasks[Math.min(place, tasks.length - 1)].querySelector("a, button") : null);
  const focused = next ?? fresh.querySelector(".said") ?? fresh;
  if (!focused.matches("a, button")) focused.tabIndex = -1;
  focused.focus();
  return true;
};
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("swap" in form.dataset) || event.defaultPrevented) return;
  event.preventDefault();
  const buttons = [...form.querySelectorAll("button")];
  const data = new FormData(form, event.submitter);
  const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  for (const button of buttons) button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (!swapIn(await answer.text(), form)) location.reload();
  } catch {
    for (const button of buttons) button.disabled = false;
    form.insertAdjacentHTML("afterend", "<p class=\"error\" role=\"alert\">This may not have been sent: the connection was lost. Load the page again to see.</p>");
  }
});
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-swap] a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
  event.preventDefault();
  const answer = await fetch(link.href).catch(() => null);
  if (answer?.ok && swapIn(await answer.text(), null)) history.pushState(null, "", link.href);
  else location.assign(link.href);
});
window.addEventListener("popstate", () => location.reload());

// A passkey is made or shown by the browser itself; its answer goes into the form.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    const field = form.querySelector("#made, #shown");
    if (field.value) return;
    event.preventDefault();
    const options = JSON.parse(form.dataset.options);
    try {
      const credential = form.dataset.passkey === "make"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      field.value = JSON.stringify(credential.toJSON());
    } catch {
      field.value = "none";
    }
    form.requestSubmit();
  });
}
