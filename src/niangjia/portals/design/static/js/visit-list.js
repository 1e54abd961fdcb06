// What a phone without a network shows in place of the list of orders: the visits whose forms lie on this device. Their names are sealed
// like the forms; whoever holds no key sees that something is here, and nothing of whom.
import { list, placeOf, unseal } from "./device.js";

export async function showList(who, into) {
  const drafts = new Map((await list("drafts")).filter((each) => each.account === who.account).map((each) => [each.order, each]));
  const forms = (await list("pages")).filter((each) => each.account === who.account && each.at && each.order);
  const rows = into.querySelector("ul");
  for (const form of forms.sort((one, other) => other.at - one.at)) {
    const kept = await unseal(who, "pages", placeOf(who, form.order));
    if (!kept) continue;
    const draft = await unseal(who, "drafts", placeOf(who, form.order));
    const row = document.createElement("li"), link = document.createElement("a"), said = document.createElement("small");
    link.href = `/desk/orders/${form.order}/visit/`;
    link.textContent = kept.title || `${into.dataset.wordOrder} ${form.order}`;
    said.textContent = into.dataset[`word${draft?.isReady ? "Ready" : drafts.get(form.order)?.waits ? "Waits" : draft ? "Draft" : "Form"}`];
    row.append(link, said);
    rows.append(row);
  }
  into.hidden = !rows.children.length;
  return Boolean(rows.children.length);
}
