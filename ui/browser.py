"""The two things that only the browser can do: copy to the clipboard, and put the cursor."""

import streamlit as st

_COPY = st.components.v2.component(
    "askwell_copy",
    html='<button type="button"><span></span></button>',
    css="""
button {
  font: inherit; font-size: 0.875rem; cursor: pointer; padding: 0.25rem 0.75rem;
  min-height: 2.5rem; white-space: nowrap;
  color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
}
button:hover, button:focus-visible { color: var(--st-primary-color);
  border-color: var(--st-primary-color); outline: none; }
""",
    js="""
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button")
  const label = button.querySelector("span")
  label.textContent = data.label
  button.onclick = async () => {
    const text = data.query === null
      ? data.text
      : new URL(data.query, document.baseURI).toString()
    let copied = true
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      // Over plain http from another machine browsers offer the older way only.
      const field = document.createElement("textarea")
      field.value = text
      document.body.append(field)
      field.select()
      copied = document.execCommand("copy")
      field.remove()
    }
    label.textContent = copied ? "Copied" : "Copying is not allowed here"
    setTimeout(() => { label.textContent = data.label }, 1500)
  }
}
""",
)

_FOCUS = st.components.v2.component(
    "askwell_focus",
    js="""
export default function ({ data }) {
  const field = document.querySelector(`.st-key-${data.key} input`)
  if (field && document.activeElement === document.body) field.focus()
}
""",
)


def copy_text(label: str, text: str, key: str) -> None:
    """Show a button that copies `text`."""
    _COPY(data={"label": label, "text": text, "query": None}, key=key, width="content")


def copy_link(label: str, query: str, key: str) -> None:
    """Show a button that copies the address of this app with the query string `query`."""
    _COPY(data={"label": label, "text": "", "query": query}, key=key, width="content")


def focus(key: str) -> None:
    """Put the cursor into the text field `key`, unless it stands somewhere already."""
    _FOCUS(data={"key": key}, key=f"focus-{key}", height=1)
