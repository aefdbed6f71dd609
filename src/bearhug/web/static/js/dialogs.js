// For browsers that do not know <button command="show-modal" commandfor="id">: the same, by hand.
const DEEDS = { "show-modal": dialog => dialog.showModal(), close: dialog => dialog.close() }

addEventListener("click", event => {
  const button = event.target.closest("button[commandfor]")
  if (button) DEEDS[button.getAttribute("command")]?.(document.getElementById(button.getAttribute("commandfor")))
})
