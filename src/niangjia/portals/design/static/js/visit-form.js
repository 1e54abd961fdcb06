// How a visit's form comes onto the device and out of it again.
import { drop, list, placeOf, seal, unseal, whoIsHere } from "./device.js";

export const HERE = "/desk/orders/without-network/";

export async function bringWorker() {
  if ("serviceWorker" in navigator) await navigator.serviceWorker.register(`${HERE}worker.js`, { scope: "/desk/orders/" });
}

/** The part of the page that is the form, as the server made it. */
export async function keepForm(who, order, part) {
  if (!who.key) return;
  for (const row of await list("pages")) if (row.at < Date.now() - 7 * 86400000) await drop("pages", row.id);
  await seal(who, "pages", placeOf(who, order), { html: part.innerHTML, title: part.dataset.title }, { order, at: Date.now() });
}

/** From the server onto the device; whether it is there. */
export async function bringForm(address, order) {
  const who = await whoIsHere(`${HERE}key/`);
  if (!who.key || who.isOff) return false;
  const answer = await fetch(address, { redirect: "manual", cache: "no-store" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = page.querySelector("[data-visit-page]");
  if (part) await keepForm(who, order, part);
  return Boolean(part);
}

/** Out of the device into a page without a network; whether there was one. */
export async function showForm(who, order, into) {
  const kept = who.key && await unseal(who, "pages", placeOf(who, order));
  if (!kept) return false;
  into.innerHTML = kept.html; // made by our server, sealed since
  return true;
}
