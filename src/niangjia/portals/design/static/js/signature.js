// A sheet to sign on with a finger; what was signed goes the way of a photo.

export function offerSignature(field, word) {
  if (!field?.uploads || field.querySelector("canvas")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = word("Sign");
  field.querySelector(".upload-pick").prepend(button);
  button.addEventListener("click", () => { if (!field.querySelector("canvas")) openSheet(field, word, button); });
}

function openSheet(field, word, opener) {
  const sheet = document.createElement("div"), canvas = document.createElement("canvas"), acts = document.createElement("div");
  sheet.className = "sign-sheet";
  acts.className = "btn-group-wide";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", word("SignHere"));
  sheet.append(canvas, acts);
  field.querySelector(".upload-pick").after(sheet);
  canvas.width = canvas.clientWidth * 2;
  canvas.height = canvas.clientHeight * 2;
  sheet.scrollIntoView({ block: "center" });
  const pen = canvas.getContext("2d");
  let isEmpty = true;
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    Object.assign(pen, { strokeStyle: "#10233a", lineWidth: 5, lineCap: "round", lineJoin: "round" });
    isEmpty = true;
  };
  clear();
  const at = (event) => [event.offsetX * canvas.width / canvas.clientWidth, event.offsetY * canvas.height / canvas.clientHeight];
  let isDown = false;
  canvas.addEventListener("pointerdown", (event) => {
    isDown = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!isDown) return;
    isEmpty = false;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { isDown = false; });
  const act = (name, kind, does) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `btn ${kind}`;
    button.textContent = word(name);
    button.addEventListener("click", does);
    acts.append(button);
  };
  act("SignDone", "btn-primary", () => {
    if (isEmpty) return canvas.focus();
    canvas.toBlob((blob) => {
      sheet.remove();
      opener.focus();
      field.uploads.add([new File([blob], "signature.png", { type: "image/png" })], { replace: true });
    }, "image/png");
  });
  act("SignClear", "", clear);
}
