// Answers for a visit's page, an order's and the list of orders when no network does: with a shell that holds nothing of anybody.
// Everything else goes its usual way.
"use strict";

const SHELF = "niangjia-visit-2";
const SHELL = "/desk/orders/without-network/";
const PARTS = [
  SHELL, "/static/vendor/tabler.min.css", "/static/css/niangjia.css", "/static/css/upload.css", "/static/css/visit.css",
  "/static/js/upload.js", "/static/js/visit.js", "/static/js/visit-form.js", "/static/js/visit-steps.js", "/static/js/visit-list.js",
  "/static/js/signature.js", "/static/js/device.js", "/static/img/mark.svg",
];
const VISIT = /^\/desk\/orders\/(\d+\/(visit\/)?)?$/;

// Each by itself: a page that is refused (nobody signed in) leaves the one that is there.
const fill = async () => {
  const shelf = await caches.open(SHELF);
  await Promise.all(PARTS.map(async (part) => {
    const answer = await fetch(part, { cache: "no-cache", redirect: "manual" });
    if (answer.ok) await shelf.put(part, answer);
    else if (!await shelf.match(part)) throw new Error(part);
  }));
};

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("niangjia-visit-") && name !== SHELF) await caches.delete(name);
  await self.clients.claim();
})()));
self.addEventListener("message", (event) => { if (event.data === "fill") event.waitUntil(fill().catch(() => {})); });

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  const isVisit = event.request.mode === "navigate" && VISIT.test(address.pathname);
  if (!isVisit && !PARTS.includes(address.pathname)) return;
  event.respondWith((async () => {
    const answer = await fetch(event.request).catch(() => null);
    if (answer && ![502, 503, 504].includes(answer.status)) return answer;
    return await (await caches.open(SHELF)).match(isVisit ? SHELL : address.pathname) ?? answer ?? Response.error();
  })());
});
