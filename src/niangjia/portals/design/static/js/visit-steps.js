// The visit's form on a phone: one step at a time. All of it stays one form; on a wide page the steps lead down to their part.

/** What a link or an error points at is brought into sight: its step, the fold it lies in, the field. */
function reach(form, place) {
  const target = place && document.getElementById(place);
  if (!target || !form.contains(target)) return false;
  showStep(form, target.closest(".visit-step"));
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
  return true;
}

export function showStep(form, step) {
  if (!step) return;
  const steps = [...form.querySelectorAll(".visit-step")];
  form.classList.add("is-stepping");
  form.classList.toggle("at-end", step === steps.at(-1));
  for (const each of steps) each.classList.toggle("is-now", each === step);
  for (const link of form.querySelectorAll(".visit-steps a")) {
    if (link.hash === `#${step.id}`) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
}

export const stepNow = (form) => form.querySelector(".visit-step.is-now");
export function nextStep(form) {
  const next = stepNow(form)?.nextElementSibling;
  if (next?.matches(".visit-step")) reach(form, next.id);
}

/** Folds that say something are open. */
export function openFilled(form) {
  for (const fold of form.querySelectorAll("details")) {
    const fields = [...fold.querySelectorAll("input:not([type=radio], [type=checkbox]), select, textarea")];
    if (fields.some((each) => each.value)) fold.open = true;
  }
}

export function beginSteps(form) {
  const wrong = form.querySelector(".is-invalid");
  showStep(form, wrong?.closest(".visit-step") ?? form.querySelector(".visit-step"));
  if (!wrong) reach(form, location.hash.slice(1));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && reach(form, link.hash.slice(1))) event.preventDefault();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches(".member-says [value=WRONG]")) event.target.closest(".member-card").querySelector("details").open = true;
  });
}
