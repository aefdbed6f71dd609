// Saving what a model said: the hub remembers each answer by its id for an hour.
import { make } from "./chat-turn.js"

/** A line that says where the run was saved, or why it was not. */
export async function keep(id, isPublic) {
  const options = { method: "POST", body: JSON.stringify({ id, public: isPublic }), headers: { "Content-Type": "application/json" } }
  const response = await fetch("/runs", options).catch(() => null)
  const told = await response?.json().catch(() => ({})) ?? {}
  if (!response?.ok) return make("span", "", told.error ?? "It could not be saved: the hub does not answer.")
  const link = make("a", "", isPublic ? "Saved: open the run" : "Saved for you: open the run")
  link.href = told.url
  return link
}
