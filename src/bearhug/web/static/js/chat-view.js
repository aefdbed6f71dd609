// What a conversation looks like around its list: which buttons there are, whether the model is awake.

/** Buttons fit the moment: { busy, begun, saveable }. Readers hear an answer once it is whole: the list is busy until then. */
export function fit(box, { busy, begun, saveable }) {
  const { send, stop, clear } = box.querySelector(".composer-form").elements
  box.querySelector(".chat").setAttribute("aria-busy", String(busy))
  box.toggleAttribute("busy", busy)
  send.hidden = busy
  stop.hidden = !busy
  clear.hidden = !begun
  box.querySelector("[data-save]").hidden = busy || !saveable
}

/** Says how far the model is, in words; none once it speaks. */
export function wait(box, words) {
  const line = box.querySelector(".chat__waiting")
  line.hidden = !words
  line.textContent = words
}

/** The mark at the panel's head follows the model. */
export function awake(box) {
  const stage = box.closest(".panel")?.querySelector(".stage")
  stage?.setAttribute("class", "stage stage--on")
  stage?.replaceChildren("Warm")
}
