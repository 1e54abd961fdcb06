// A visit's form that saves as one types, on the server and, sealed, on the device; it goes on without a network and is sent when there is one.
import { drop, forget, get, keepDraft, photosOf, placeOf, seal, send, unseal, whoIsHere } from "./device.js";
import { HERE, bringWorker, keepForm, showForm } from "./visit-form.js";
import { showList } from "./visit-list.js";
import { offerSignature } from "./signature.js";
import { beginSteps, nextStep, openFilled, showStep } from "./visit-steps.js";

const AFTER_TYPING = 1200, BETWEEN_TRIES = 15000; // milliseconds
const order = Number(location.pathname.match(/orders\/(\d+)\/visit\/$/)?.[1]);

/** Whether the person changed it since the page was made: before the script was ready, that is. */
function isTouched(each) {
  if (each.type === "radio" || each.type === "checkbox") return each.checked !== each.defaultChecked;
  if (each.matches("select")) return each.selectedIndex !== Math.max(0, [...each.options].findIndex((one) => one.defaultSelected));
  return each.matches("input:not([type=hidden], [type=file]), textarea") && each.value !== each.defaultValue;
}

class Visit {
  constructor(form, who, isShell) {
    Object.assign(this, { form, who, isShell });
    this.state = form.querySelector("[data-state]");
    this.draft = { edition: Number(form.dataset.edition), isDirty: false, isReady: false };
    form.addEventListener("input", (event) => { if (event.target.type !== "file") this.typed(); });
    form.addEventListener("upload-file", (event) => { if (this.who.key) { event.preventDefault(); this.takePhoto(event.detail); } });
    form.addEventListener("upload-drop", (event) => this.dropPhoto(event));
    form.addEventListener("submit", (event) => this.pressed(event));
    form.querySelector("[data-keep]").hidden = Boolean(who.key); // it saves by itself
    this.nameButton();
    addEventListener("online", () => this.flush());
    addEventListener("offline", () => this.say(this.isReady ? "Ready" : "Offline", "off"));
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.keep(); else this.flush(); });
    setInterval(() => { if (this.waits) this.flush(); }, BETWEEN_TRIES);
  }

  word(name) { return this.form.dataset[`word${name}`]; }
  get isReady() { return this.draft.isReady; }
  say(word, kind = "", more = "") {
    this.state.classList.toggle("is-off", kind === "off");
    this.state.classList.toggle("is-bad", kind === "bad");
    this.state.querySelector("use").setAttribute("href", kind ? (kind === "off" ? "#i-cloud-off" : "#i-alert-triangle") : "#i-cloud-check");
    const said = `${this.word(word) ?? word}${more && ` ${more}`}`, place = this.state.querySelector("[data-said]");
    if (place.textContent !== said) place.textContent = said;
    this.state.querySelector("[data-choices]").replaceChildren();
  }
  offer(word, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = this.word(word);
    button.addEventListener("click", act);
    this.state.querySelector("[data-choices]").append(button);
  }
  nameButton() {
    const button = this.form.querySelector("[data-hand-in]"), has = this.form.elements.outcome?.value;
    button.lastChild.textContent = this.word(has ? "HandInFinding" : "HandIn");
  }

  values() {
    return [...new FormData(this.form)].filter(([name, value]) =>
      typeof value === "string" && name !== "csrfmiddlewaretoken" && !name.endsWith("-drop"));
  }
  fill(values) {
    const several = new Map();
    for (const [name, value] of values) several.set(name, [...several.get(name) ?? [], value]);
    for (const name of several.keys()) this.makeRow(name);
    for (const each of this.form.elements) {
      if (!each.name || ["csrfmiddlewaretoken", "seen", "origin", "key", "step"].includes(each.name) || each.type === "file" || each.type === "submit" || isTouched(each)) continue;
      const given = several.get(each.name);
      if (each.type === "radio" || each.type === "checkbox") each.checked = Boolean(given?.includes(each.value));
      else if (given) each.value = given[0];
    }
    this.nameButton();
    openFilled(this.form);
  }

  // --- typing ---

  typed() {
    this.nameButton();
    Object.assign(this.draft, { isReady: false, stuck: "" });
    clearTimeout(this.soon);
    if (!this.state.matches(".is-off")) this.say("Saving");
    this.soon = setTimeout(() => this.keep().then(() => this.flush()), AFTER_TYPING);
    this.isTyped = true;
  }
  /** Onto the device first. */
  async keep(changes = {}) {
    if (!this.isTyped && !Object.keys(changes).length) return;
    this.isTyped = false;
    Object.assign(this.draft, {
      values: this.values(), isDirty: true, at: performance.timeOrigin + performance.now(), sendTo: location.pathname,
      saveTo: `${location.pathname}draft/`, filesTo: this.form.querySelector("[data-send-to]").dataset.sendTo,
    }, changes);
    if (this.who.key) await keepDraft(this.who, order, this.draft);
  }
  get waits() { return this.draft.isDirty || this.draft.isReady || this.hasPhotos; }

  /** To the server, if it answers. */
  async flush() {
    if (this.isSending) { this.again = true; return; }
    this.isSending = true;
    try {
      const who = await whoIsHere(`${HERE}key/`);
      if (who.key && who.account === this.who.account) this.who = who;
      if (who.isOff) return this.say(this.isReady ? "Ready" : "Offline", "off");
      if (who.isOut) return this.isOut();
      if (!who.key) return this.say("Nokey", "bad");
      if (this.isReady) this.say("Sending");
      this.heard(await send(this.who, order, (photo, said) => this.photoSent(photo, said)));
    } finally {
      this.isSending = false;
      if (this.again) { this.again = false; this.flush(); }
    }
  }
  async heard(sent) {
    const kept = await unseal(this.who, "drafts", placeOf(this.who, order));
    if (kept) Object.assign(this.draft, { edition: kept.edition, isDirty: kept.isDirty, isReady: kept.isReady, stuck: kept.stuck });
    this.hasPhotos = (await photosOf(this.who, order)).length > 0;
    if (sent.is === "saved") {
      this.form.dataset.edition = sent.edition;
      this.say("Saved", "", sent.at);
    } else if (sent.is === "off") this.say(this.isReady ? "Ready" : "Offline", "off");
    else if (sent.is === "out") this.isOut();
    else if (sent.is === "done") { this.say("Done", "", sent.said); location.assign(sent.next); }
    else if (sent.is === "recorded") { this.say("Recorded"); }
    else if (sent.is === "missing") {
      if (this.isShell) { this.say("Missing", "bad"); this.offerReload(); } else this.sendPlainly();
    } else if (sent.is === "changed") this.choose(sent);
    else if (sent.is === "refused") this.say(sent.problem ?? "Offline", "bad");
    else if (this.state.matches(".is-off")) this.say("Saved");
  }
  isOut() {
    this.say("Out", "off");
    this.offer("Login", () => location.assign(`/login/?next=${encodeURIComponent(location.pathname)}`));
  }
  offerReload() { this.offer("Theirs", () => location.reload()); }
  /** Saved elsewhere meanwhile: the person says which one goes on. */
  choose(sent) {
    this.say(sent.problem, "bad");
    this.offer("Theirs", async () => { await forget(this.who, order); location.reload(); });
    this.offer("Mine", async () => {
      this.draft.edition = sent.edition;
      await this.keep({ edition: sent.edition });
      this.flush();
    });
  }

  // --- handing in ---

  async pressed(event) {
    const button = event.submitter;
    if (button?.name === "more") { event.preventDefault(); this.makeRow(`${button.value}-${this.rowCount(button.value)}-`); return; }
    if (button?.matches("[data-next]") && this.who.key) {
      event.preventDefault();
      this.keep().then(() => this.flush());
      return nextStep(this.form);
    }
    if (!this.who.key || this.isPlain || button?.name === "keep") return;
    event.preventDefault();
    clearTimeout(this.soon);
    await this.keep({ isReady: true });
    await this.flush();
  }
  /** The page of the server says what is missing, at its field. */
  sendPlainly() {
    this.isPlain = true;
    showStep(this.form, [...this.form.querySelectorAll(".visit-step")].at(-1)); // a button that is hidden may not send
    this.form.requestSubmit(this.form.querySelector("[data-hand-in]"));
  }

  // --- rows of the sheet ---

  rowsOf(name) { return [...this.form.querySelectorAll(`[name^="${name}-0-"]`)][0]?.closest(".row-card")?.parentElement; }
  rowCount(name) {
    const places = [...this.form.elements].map((each) => each.name?.match(new RegExp(`^${name}-(\\d+)-`))?.[1]).filter(Boolean);
    return Math.max(-1, ...places.map(Number)) + 1;
  }
  /** `members-3-name`: rows up to the fourth are there. */
  makeRow(field) {
    const [, name, place] = field.match(/^(\w+)-(\d+)-/) ?? [];
    if (!name || name === "known" || Number(place) > 29) return;
    for (let next = this.rowCount(name); next <= Number(place) && next > 0; next++) {
      const first = this.form.querySelector(`[name^="${name}-0-"]`).closest(".row-card");
      const row = first.cloneNode(true);
      for (const each of row.querySelectorAll("[name], [id], [for]")) {
        for (const kind of ["name", "id", "for", "aria-describedby"]) {
          if (each.hasAttribute(kind)) each.setAttribute(kind, each.getAttribute(kind).replace(`${name}-0-`, `${name}-${next}-`));
        }
        if ("value" in each && each.matches("input, select, textarea")) each.value = "";
        each.classList.remove("is-invalid");
      }
      row.querySelectorAll(".invalid-feedback").forEach((each) => each.remove());
      const head = row.querySelector("h3");
      head.textContent = head.textContent.replace(/\d+\s*$/, next + 1);
      [...this.form.querySelectorAll(`[name^="${name}-${next - 1}-"]`)][0].closest(".row-card").after(row);
    }
  }

  // --- photos ---

  async takePhoto({ key, blob, small, part, item, field }) {
    await seal(this.who, "photos", key, await blob.arrayBuffer(), { order, part, type: blob.type });
    if (small) await seal(this.who, "pages", `small ${key}`, { small }, { order });
    this.hasPhotos = true;
    field.uploads.state(item, field.uploads.word("Here"), "here");
    if (part === "signature") {
      for (const old of [...item.parentElement.children]) if (old !== item) { await this.dropHere(old.dataset.key); old.remove(); }
      field.uploads.count();
      const signed = this.form.querySelector("[name=is_signed][value=yes]");
      if (signed) signed.checked = true;
    }
    await this.keep({ isDirty: true });
    this.flush();
  }
  photoSent(key, said) {
    drop("pages", `small ${key}`);
    const item = this.form.querySelector(`[data-key="${key}"]`), uploads = item?.closest("[data-upload]").uploads;
    if (!item) return;
    if (!said.key) return uploads.state(item, said.problem ?? uploads.word("Failed"), "failed");
    item.dataset.key = said.key;
    for (const twin of uploads.list.querySelectorAll(`[data-key="${said.key}"]`)) if (twin !== item) twin.remove();
    uploads.state(item, uploads.word("Kept"));
    uploads.count();
  }
  async dropHere(key) {
    const isHere = Boolean(await get("photos", key));
    if (isHere) { await drop("photos", key); await drop("pages", `small ${key}`); }
    return isHere;
  }
  dropPhoto(event) {
    if (!event.target.uploads.field.querySelector(`[data-key="${event.detail.key}"].is-here, [data-key="${event.detail.key}"].has-failed`)) return;
    event.preventDefault();
    this.dropHere(event.detail.key);
  }
  /** Those that wait on the device stand in the list again. */
  async showPhotos() {
    const waiting = await photosOf(this.who, order, true);
    this.hasPhotos = waiting.some((each) => !each.isRefused);
    for (const { id, part, type } of waiting) {
      const field = this.form.querySelector(`[data-upload="${part}"]`);
      const small = (await unseal(this.who, "pages", `small ${id}`))?.small;
      field.uploads.state(field.uploads.show(id, { type }, small), field.uploads.word("Here"), "here");
    }
  }
}

async function begin() {
  const into = document.querySelector("[data-visit-page]"), isShell = Boolean(document.querySelector("[data-shell]"));
  const who = await whoIsHere(`${HERE}key/`);
  if (isShell && !who.isOff && !sessionStorage.getItem("niangjia-again")) { // the network is back: the page itself, tried once
    sessionStorage.setItem("niangjia-again", "1");
    return location.reload();
  }
  if (!isShell) sessionStorage.removeItem("niangjia-again");
  if (isShell && !(order && await showForm(who, order, into))) {
    const kept = document.querySelector("[data-kept]"), hasKept = Boolean(who.key) && await showList(who, kept);
    if (!order && hasKept) return;
    const nothing = document.querySelector("[data-nothing]");
    nothing.hidden = false;
    nothing.querySelector("[data-reload]").addEventListener("click", () => location.reload());
    return;
  }
  if (isShell) for (const field of into.querySelectorAll("[data-upload]")) new window.Upload(field);
  const form = into?.querySelector("form[data-visit]");
  if (!form) return;
  if (!isShell && who.key) {
    await keepForm(who, order, into); // before anything is typed into it
    bringWorker().then(() => navigator.serviceWorker?.ready).then((worker) => {
      worker?.active.postMessage("fill");
      form.dataset.isHere = "1"; // opens without a network from now on
    }).catch(() => {});
  }
  beginSteps(form);
  const visit = new Visit(form, who, isShell);
  window.visit = visit; // for whoever looks into a page that does not send
  offerSignature(form.querySelector("[data-upload=signature]"), (name) => visit.word(name));
  if (who.isOut) return visit.isOut();
  const isEarly = [...form.elements].some(isTouched);
  const kept = who.key && await unseal(who, "drafts", placeOf(who, order));
  // A form that came back with errors is newer than what lies here.
  // Sent from another page while this one was on its way: what lies here is as new as the server's.
  const isNewer = kept?.edition > Number(form.dataset.edition);
  if (kept && (kept.isDirty || kept.isReady || kept.stuck || isNewer || isShell) && !form.querySelector(".is-invalid")) {
    visit.fill(kept.values);
    Object.assign(visit.draft, kept);
  }
  await visit.showPhotos();
  if (isEarly) visit.typed();
  if (who.isOff) visit.say(visit.isReady ? "Ready" : "Offline", "off");
  else if (visit.draft.stuck) visit.say(visit.draft.stuck, "bad");
  else if (visit.waits) visit.flush();
  else if (isNewer) visit.say("Saved");
}
begin();
