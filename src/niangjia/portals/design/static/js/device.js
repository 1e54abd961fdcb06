// Drafts of visits on the device, sealed. The key is made of a secret that the server tells the signed-in owner alone, for this
// device; it lies here as a key that no script can read out, until the owner signs out or the sitting's time is over. Then what is
// left cannot be read by anybody before its owner signs in again. Why so: docs/decisions/0014.

const NAME = "niangjia-visits";
const text = new TextEncoder(), plain = new TextDecoder();

let opening;
const opened = () => opening ??= new Promise((done, fail) => {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => {
    for (const store of ["keys", "device", "drafts", "photos", "pages"]) asked.result.createObjectStore(store, { keyPath: "id" });
  };
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => fail(asked.error);
});

async function inStore(name, mode, ask) {
  const store = (await opened()).transaction(name, mode).objectStore(name);
  const asked = ask(store);
  return new Promise((done, fail) => {
    store.transaction.oncomplete = () => done(asked.result);
    store.transaction.onerror = store.transaction.onabort = () => fail(store.transaction.error);
  });
}
export const get = (store, id) => inStore(store, "readonly", (each) => each.get(id));
export const list = (store) => inStore(store, "readonly", (each) => each.getAll());
export const put = (store, row) => inStore(store, "readwrite", (each) => each.put(row));
export const drop = (store, id) => inStore(store, "readwrite", (each) => each.delete(id));

const hex = (bytes) => [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");

export async function deviceNumber() {
  const known = await get("device", "number");
  if (known) return known.value;
  const value = hex(crypto.getRandomValues(new Uint8Array(16)));
  await put("device", { id: "number", value });
  return value;
}

/** The key to this account's drafts, cannot be read out. */
async function keyOf(secret, account) {
  const raw = Uint8Array.from(secret.match(/../g), (each) => parseInt(each, 16));
  const base = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: text.encode(NAME), info: text.encode(`account ${account}`) };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** Nobody's key but `account`'s stays; without one, nobody's. What was sealed with the others stays shut. */
export async function keepKeysOf(account) {
  for (const row of await list("keys")) if (row.id !== account || row.until < Date.now()) await drop("keys", row.id);
}

/**
 * Ask the server who is here. `{account, key, token}`; with `isOut` when nobody is signed in, `isOff` when no network answers: then
 * the key that lies here, if its time is not over (else null).
 */
export async function whoIsHere(address) {
  if (!globalThis.crypto?.subtle) return { isOff: !navigator.onLine, key: null };
  let answer;
  try {
    answer = await fetch(`${address}${await deviceNumber()}/`, { redirect: "manual", cache: "no-store" });
  } catch {
    await keepKeysOf((await list("keys"))[0]?.id);
    const [known] = await list("keys");
    return { isOff: true, account: known?.id, key: known?.key ?? null };
  }
  if (!answer.ok) {
    if (answer.status >= 500) return { isOff: true, key: (await list("keys"))[0]?.key ?? null, account: (await list("keys"))[0]?.id };
    await keepKeysOf(null);
    return { isOut: true, key: null };
  }
  const said = await answer.json();
  const key = await keyOf(said.secret, said.account);
  await put("keys", { id: said.account, key, until: said.until });
  await keepKeysOf(said.account);
  return { account: said.account, key, token: said.token };
}

/** Row of `store` with `value` sealed for exactly this place. */
export async function seal(who, store, id, value, open = {}) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const how = { name: "AES-GCM", iv, additionalData: text.encode(`${store} ${id}`) };
  const bytes = value instanceof ArrayBuffer ? value : text.encode(JSON.stringify(value));
  const data = await crypto.subtle.encrypt(how, who.key, bytes);
  await put(store, { id, account: who.account, iv, data, ...open });
}

/** What was sealed there; null if there is nothing, or it is not this account's to read. */
export async function unseal(who, store, id, isBytes = false) {
  const row = await get(store, id);
  if (!row || row.account !== who.account || !who.key) return null;
  try {
    const how = { name: "AES-GCM", iv: row.iv, additionalData: text.encode(`${store} ${id}`) };
    const bytes = await crypto.subtle.decrypt(how, who.key, row.data);
    return isBytes ? bytes : JSON.parse(plain.decode(bytes));
  } catch { return null; }
}

export const placeOf = (who, order) => `${who.account} ${order}`;
/** What waits to be sent; `all`: and what the server refused. */
export const photosOf = async (who, order, all = false) =>
  (await list("photos")).filter((each) => each.account === who.account && each.order === order && (all || !each.isRefused));

/** Everything of one visit leaves the device. */
export async function forget(who, order) {
  for (const photo of await photosOf(who, order, true)) await drop("photos", photo.id);
  await drop("drafts", placeOf(who, order));
  await drop("pages", placeOf(who, order));
}

/** All that is `account`'s, and every key. What is another's stays, shut. */
export async function wipe(account) {
  for (const row of await list("keys")) await drop("keys", row.id);
  for (const store of ["drafts", "photos", "pages"])
    for (const row of await list(store)) if (row.account === account) await drop(store, row.id);
}

const formOf = (values) => {
  const form = new FormData();
  for (const [name, value] of values) form.append(name, value);
  return form;
};

async function post(address, form, token) {
  const answer = await fetch(address, {
    method: "POST", body: form, redirect: "manual", headers: { "X-CSRFToken": token, Accept: "application/json" },
  });
  if (answer.type === "opaqueredirect" || answer.status === 403) return { isOut: true };
  if (answer.status >= 500) throw new TypeError("server");
  return { status: answer.status, said: (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : {} };
}

/**
 * Send what waits of one order: its photos, then the draft, or the whole visit if it was handed in. One page at a time does so.
 *
 * → `{is}`: "nothing", "off", "out", "saved" (`at`, `edition`), "done" (`said`, `next`), "missing", "refused" (`problem`), "changed"
 * (saved elsewhere; `problem`, `edition`).
 */
export const send = (who, order, heard = () => {}) => navigator.locks.request(`${NAME} ${order}`, async () => {
  const draft = await unseal(who, "drafts", placeOf(who, order));
  const photos = await photosOf(who, order);
  if (!draft || !(draft.isDirty || draft.isReady || photos.length)) return { is: "nothing" };
  try {
    for (const photo of photos) {
      const bytes = await unseal(who, "photos", photo.id, true);
      if (!bytes) continue;
      const form = formOf([["key", photo.id], ["part", photo.part]]);
      form.append("file", new Blob([bytes], { type: photo.type }), "photo.jpg");
      const { isOut, status, said } = await post(draft.filesTo, form, who.token);
      if (isOut) return { is: "out" };
      if (status === 200) await drop("photos", photo.id);
      else await put("photos", { ...photo, isRefused: true });
      heard(photo.id, said);
    }
    return await (draft.isReady ? handIn : saveDraft)(who, order, draft);
  } catch (error) {
    if (error instanceof TypeError) return { is: "off" };
    throw error;
  }
});

async function saveDraft(who, order, draft) {
  const form = formOf(draft.values);
  if (draft.edition !== null) form.set("edition", draft.edition);
  form.set("device", await deviceNumber());
  const { isOut, status, said } = await post(draft.saveTo, form, who.token);
  if (isOut) return { is: "out" };
  if (said?.is_recorded) { await forget(who, order); return { is: "recorded" }; }
  if (said?.edition && status === 409) return { is: "changed", ...said };
  if (status !== 200) {
    await settle(who, order, draft, { isDirty: false, stuck: said.problem });
    return { is: "refused", problem: said.problem };
  }
  await settle(who, order, draft, { isDirty: false, edition: said.edition, stuck: "" });
  return { is: "saved", ...said };
}

async function handIn(who, order, draft) {
  const { isOut, status, said } = await post(draft.sendTo, formOf(draft.values), who.token);
  if (isOut) return { is: "out" };
  if (status === 200) {
    await forget(who, order);
    return { is: "done", said: said.done, next: said.next };
  }
  // What the server could not take it has kept as a draft, unless the order left: then it stays here, and is told.
  const isKept = status === 422;
  await settle(who, order, draft, { isReady: false, isDirty: false, edition: null, stuck: isKept ? "" : said?.problem });
  return isKept ? { is: "missing" } : { is: "refused", problem: said?.problem };
}

/** Only if nothing was typed meanwhile; else that is sent next. */
async function settle(who, order, sent, changes) {
  const now = await unseal(who, "drafts", placeOf(who, order));
  if (!now) return;
  const isSame = now.at === sent.at;
  await keepDraft(who, order, { ...now, ...changes, isDirty: isSame ? changes.isDirty : true });
}

export const keepDraft = (who, order, draft) =>
  seal(who, "drafts", placeOf(who, order), draft, { order, waits: Boolean(draft.isDirty || draft.isReady || draft.stuck) });
