// A field for a position gets a button that fills it from the phone. Without it, or without leave, it is typed or left empty.
for (const field of document.querySelectorAll("input[data-position]")) {
  if (!("geolocation" in navigator)) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn mt-2";
  button.textContent = field.dataset.position;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field.value = `${coords.latitude.toFixed(6)},${coords.longitude.toFixed(6)}`;
        button.disabled = false;
      },
      () => {
        button.disabled = false;
        field.focus();
      },
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
  field.after(button);
}
