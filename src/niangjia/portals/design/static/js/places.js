// The phone's position: into the form that asks for the nearest places, or into the fields of a place that is put forward.
// Without this file people look by area and name, and type a position.
"use strict";

const locate = (box, found) => {
  const button = box.querySelector("button"), said = box.querySelector("[data-said]");
  const say = (words) => { said.textContent = words || ""; };
  if (!navigator.geolocation) return;
  button.hidden = false;
  say("");
  button.addEventListener("click", (event) => {
    event.preventDefault();
    say(box.dataset.wordWait);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { say(""); found(coords.latitude.toFixed(5), coords.longitude.toFixed(5)); },
      (error) => say(error.code === error.PERMISSION_DENIED ? box.dataset.wordRefused : box.dataset.wordFailed),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  });
};

for (const form of document.querySelectorAll("form[data-locate]")) {
  locate(form, (latitude, longitude) => {
    form.elements.latitude.value = latitude;
    form.elements.longitude.value = longitude;
    form.submit();
  });
}
for (const box of document.querySelectorAll("[data-locate-into]")) {
  const form = box.closest("form");
  locate(box, (latitude, longitude) => {
    form.elements.latitude.value = latitude;
    form.elements.longitude.value = longitude;
  });
}
