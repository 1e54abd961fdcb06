// On every page of the desk: keys of others are thrown away, signing out clears what is this account's, and what was not handed in
// yet is told, and sent if it can be.
import { list, send, keepKeysOf, whoIsHere, wipe } from "./device.js";

const own = document.querySelector("script[data-word-leave]");
const word = (name) => own.dataset[`word${name}`];
const account = Number(document.body.dataset.account) || null;

/** There is nothing to guard on a device that never kept a draft: no database is made for looking. */
const hasDrafts = async () => !indexedDB.databases || (await indexedDB.databases()).some((each) => each.name === "niangjia-visits");

const waiting = async () => {
  const photos = new Set((await list("photos")).filter((each) => each.account === account).map((each) => each.order));
  const drafts = (await list("drafts")).filter((each) => each.account === account && (each.waits || photos.has(each.order)));
  return drafts.map((each) => each.order);
};

for (const form of document.querySelectorAll("form[action$='/logout/']")) {
  form.addEventListener("submit", async (event) => {
    if (form.dataset.cleared) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await hasDrafts()) {
      if ((await waiting()).length && !confirm(word("Leave"))) return;
      await wipe(account);
    }
    form.dataset.cleared = "1";
    form.requestSubmit();
  }, { capture: true });
}

async function guard() {
  if (!await hasDrafts()) return;
  await keepKeysOf(account);
  if (document.querySelector("[data-visit]")) return; // that page tells and sends its own
  const orders = await waiting();
  if (!orders.length) return;
  const who = await whoIsHere("/desk/orders/without-network/key/");
  const left = [];
  for (const order of orders) {
    const sent = who.token ? await send(who, order) : { is: "off" };
    if (!["done", "saved", "recorded", "nothing"].includes(sent.is)) left.push([order, sent.problem]);
  }
  if (left.length) tell(left);
}

function tell(left) {
  const note = document.createElement("div");
  note.className = "alert alert-note";
  note.setAttribute("role", "status");
  const inside = document.createElement("div");
  inside.append(word("Unsent"));
  for (const [order, problem] of left) {
    const link = document.createElement("a");
    link.href = `/desk/orders/${order}/visit/`;
    link.textContent = word("Order");
    const line = document.createElement("p");
    line.append(link, problem ? ` ${problem}` : "");
    inside.append(line);
  }
  note.append(inside);
  document.querySelector("main").prepend(note);
}
guard();
