/**
 * <range-pair labels="10 M,100 M,1 B"> around two ranges and an <output>: the lower never passes the upper, and the
 * output says what lies between, in the words of `labels`, one for each step. At both ends it says "any".
 */
class RangePair extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", event => this.#hold(event.target))
    this.#say()
  }

  get #ranges() { return [...this.querySelectorAll("input[type=range]")] }

  #hold(moved) {
    const [low, high] = this.#ranges
    if (low.valueAsNumber > high.valueAsNumber) moved.value = moved === low ? high.value : low.value
    this.#say()
  }

  #say() {
    const [low, high] = this.#ranges
    const words = this.getAttribute("labels").split(",")
    const whole = low.value === low.min && high.value === high.max
    const said = whole ? "any" : `${words[low.value]} to ${words[high.value]}`
    low.ariaValueText = words[low.value]
    high.ariaValueText = words[high.value]
    this.querySelector("output").textContent = said
    this.querySelectorAll(".hist rect").forEach((bar, at) => bar.classList.toggle("on", !whole && at >= low.value && at <= high.value))
  }
}

customElements.define("range-pair", RangePair)
