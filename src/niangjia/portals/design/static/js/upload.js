// Photos and papers: made small on the device, sent one by one with their progress, taken away again. Without this file the
// plain file inputs of the form do the work.
"use strict";

const LONGEST_SIDE = 2000;

/** A photo as it will be kept: upright, small, without what the camera wrote into it; null where the device cannot read it. */
async function madeSmall(file) {
  if (!file.type.startsWith("image/")) return null;
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch { return null; }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const draw = (side) => {
    const sheet = document.createElement("canvas");
    sheet.width = Math.max(1, Math.round(picture.width * side));
    sheet.height = Math.max(1, Math.round(picture.height * side));
    const pen = sheet.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, sheet.width, sheet.height);
    pen.drawImage(picture, 0, 0, sheet.width, sheet.height);
    return sheet;
  };
  const blob = await new Promise((done) => draw(scale).toBlob(done, "image/jpeg", 0.85));
  const small = draw(Math.min(1, 120 / Math.max(picture.width, picture.height))).toDataURL("image/jpeg", 0.7);
  picture.close();
  return blob && { blob, small };
}

const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
const sizeOf = (bytes) => bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

class Upload {
  constructor(field) {
    this.field = field;
    this.name = field.dataset.upload;
    this.list = field.querySelector("[data-list]");
    this.said = field.querySelector("[data-said]");
    field.classList.add("is-live");
    field.uploads = this;
    for (const item of this.list.children) {
      for (const each of item.querySelectorAll(".upload-drop, button")) each.remove();
      this.addRemove(item);
    }
    field.addEventListener("change", (event) => {
      if (event.target.type !== "file") return;
      const chosen = [...event.target.files];
      event.target.value = "";
      this.add(chosen);
    });
  }

  tell(words) { this.said.append(Object.assign(document.createElement("p"), { textContent: words })); }
  word(name) { return this.field.dataset[`word${name}`]; }
  get token() { return this.field.closest("form")?.querySelector("[name=csrfmiddlewaretoken]")?.value ?? ""; }

  /** Why a file is not even sent: of another type, or too large also when made small; empty = it may go. */
  refusal(file, blob) {
    const told = (word) => word.replace("{name}", file.name).replace("{size}", sizeOf(blob.size)).replace("{most}", sizeOf(Number(this.field.dataset.mostBytes)));
    const type = file.type || (/\.hei[cf]$/i.test(file.name) ? "image/heic" : "");
    if (!this.field.dataset.takes.split(",").includes(type)) return told(this.word("Type"));
    return blob.size > Number(this.field.dataset.mostBytes) ? told(this.word("Large")) : "";
  }

  /** `replace`: where one alone fits, the new one takes its place. */
  async add(files, { replace = false } = {}) {
    this.said.textContent = "";
    for (const file of files) {
      if (!replace && this.list.children.length >= Number(this.field.dataset.most)) { this.tell(this.word("Many")); break; }
      const made = await madeSmall(file);
      const problem = this.refusal(file, made?.blob ?? file);
      if (problem) { this.tell(problem); continue; }
      await this.send(newKey(), made?.blob ?? file, made?.small);
    }
  }

  /** One file with a key of its own: a second try of the same does not make a second file. Resolves when it is kept, or failed. */
  async send(key, blob, small) {
    const item = this.show(key, blob, small);
    const upload = { key, blob, small, part: this.name, item, field: this.field };
    // Whoever keeps drafts on the device takes over here.
    if (!this.field.dispatchEvent(new CustomEvent("upload-file", { detail: upload, bubbles: true, cancelable: true }))) return;
    await this.deliver(item, key, blob);
  }

  show(key, blob, small) {
    let item = this.list.querySelector(`[data-key="${key}"]`);
    if (item) return item;
    item = document.createElement("li");
    item.className = "upload-item";
    item.dataset.key = key;
    if (small) {
      const image = document.createElement("img");
      image.src = small;
      image.alt = "";
      item.append(image);
    } else {
      const icon = this.field.querySelector(".upload-pick .icon").cloneNode(true);
      icon.firstElementChild.setAttribute("href", blob.type === "application/pdf" ? "#i-file-text" : "#i-photo");
      item.append(icon);
    }
    const name = document.createElement("span"), state = document.createElement("small");
    name.className = "upload-name";
    const number = this.field.dataset.most === "1" ? "" : ` ${this.list.children.length + 1}`;
    name.append(`${this.word(blob.type === "application/pdf" ? "Paper" : "Photo")}${number}`, state);
    item.append(name);
    this.list.append(item);
    this.addRemove(item);
    this.count();
    return item;
  }

  state(item, text, kind = "") {
    item.classList.toggle("has-failed", kind === "failed");
    item.classList.toggle("is-here", kind === "here");
    item.querySelector("small").textContent = text;
  }

  /** Resolves to null once kept, else to the words of what kept it back; `isNetwork` tells a lost line from a refusal. */
  deliver(item, key, blob) {
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", this.word("Sending"));
    item.append(bar);
    this.state(item, this.word("Sending"));
    const form = new FormData();
    form.append("file", blob, blob.type === "application/pdf" ? "paper.pdf" : "photo.jpg");
    form.append("key", key);
    form.append("part", this.name);
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("POST", this.field.dataset.sendTo);
      request.setRequestHeader("X-CSRFToken", this.token);
      request.responseType = "json";
      request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
      const end = (problem, isNetwork) => {
        bar.remove();
        item.querySelector(".upload-again")?.remove();
        if (problem) {
          this.state(item, problem, "failed");
          if (isNetwork) this.addAgain(item, key, blob);
        }
        done(problem && { problem, isNetwork });
      };
      request.onload = () => {
        const said = request.response;
        if (said?.key) {
          item.dataset.key = said.key;
          for (const twin of this.list.querySelectorAll(`[data-key="${said.key}"]`)) if (twin !== item) twin.remove();
          this.state(item, `${this.word("Kept")} · ${sizeOf(said.bytes)}`);
          this.count();
          end(null);
        } else end(said?.problem ?? this.word("Failed"), !said?.problem);
      };
      request.onerror = request.ontimeout = () => end(this.word("Failed"), true);
      request.timeout = 120000;
      request.send(form);
    });
  }

  addAgain(item, key, blob) {
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn btn-sm upload-again";
    again.textContent = this.word("Again");
    again.addEventListener("click", () => { again.remove(); this.deliver(item, key, blob); });
    item.querySelector(".upload-name").after(again);
  }

  addRemove(item) {
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "btn btn-sm";
    remove.textContent = this.word("Remove");
    const said = document.createElement("span");
    said.className = "visually-hidden";
    said.textContent = ` ${item.querySelector(".upload-name").firstChild.textContent.trim()}`;
    remove.append(said);
    remove.addEventListener("click", () => this.remove(item));
    item.append(remove);
  }

  async remove(item) {
    const form = new FormData();
    form.append("drop", item.dataset.key);
    form.append("part", this.name);
    const isOurs = this.field.dispatchEvent(
      new CustomEvent("upload-drop", { detail: { key: item.dataset.key, part: this.name, form }, bubbles: true, cancelable: true }));
    try {
      if (isOurs && this.field.dataset.sendTo) {
        const answer = await fetch(this.field.dataset.sendTo, { method: "POST", body: form, headers: { "X-CSRFToken": this.token } });
        if (!(await answer.json()).key) throw new Error();
      }
      item.remove();
      this.count();
      this.field.querySelector(".upload-pick input").focus();
    } catch { this.said.textContent = this.word("Failed"); }
  }

  count() { this.field.querySelector("[data-count]").textContent = this.list.children.length || ""; }
}

window.Upload = Upload; // for pages that are put together later

// Where there is nowhere to send to, the files travel with the form: the inputs stay as they are.
for (const field of document.querySelectorAll("[data-upload]")) if (field.dataset.sendTo) new Upload(field);
