"""What the browser does for a person: copy to the clipboard, set the cursor, download a file."""

from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from store import Entry

_COPY = st.components.v2.component(
    "askwell_copy",
    html='<div class="copies"></div>',
    css="""
.copies { display: flex; flex-wrap: wrap; gap: 1rem; }
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
  const row = parentElement.querySelector(".copies")
  while (row.children.length > data.copies.length) row.lastChild.remove()
  data.copies.forEach(({ label, text, query }, place) => {
    const button = row.children[place] ?? row.appendChild(document.createElement("button"))
    button.type = "button"
    button.textContent = label
    button.onclick = async () => {
      const copied = await copy(query ? new URL(query, document.baseURI).toString() : text)
      button.textContent = copied ? "Copied" : "Copying is not allowed here"
      setTimeout(() => { button.textContent = label }, 1500)
    }
  })
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Over plain http from another machine browsers offer the older way only.
    const field = document.createElement("textarea")
    field.value = text
    document.body.append(field)
    field.select()
    const copied = document.execCommand("copy")
    field.remove()
    return copied
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

# Streamlit's pages run from left to right. Each text of a person's gets the direction of its first
# letters, whatever its element: a list as a whole, so that its marks are on the side where it
# begins.
_DIRECTION = st.components.v2.component(
    "askwell_direction",
    isolate_styles=False,
    css="""
[data-testid="stMarkdownContainer"] [dir]:dir(rtl) { text-align: start; }
[data-testid="stMarkdownContainer"] li:dir(rtl) {
  margin-left: 0; margin-right: 1.15em; padding-left: 0; padding-right: 0.3em;
}
[data-testid="stMarkdownContainer"] blockquote:dir(rtl) {
  padding: 0 0.75em 0 0; border-left: 0; border-right: 0.15em solid rgb(128 128 128 / 40%);
}
""",
    js="""
const MARKDOWN = "[data-testid=stMarkdownContainer]"
const TEXTS = [
  `${MARKDOWN} :is(p, h1, h2, h3, h4, h5, h6, ul, ol, blockquote, table):not([dir])`,
  "input:is([type=text], [type=search], :not([type])):not([dir])",
  "textarea:not([dir])",
].join()

function turn() {
  for (const text of document.querySelectorAll(TEXTS)) {
    if (!text.parentElement.closest(`${MARKDOWN} [dir]`)) text.dir = "auto"
  }
}

export default function () {
  if (document.body.dataset.directions) return
  document.body.dataset.directions = "by text"
  turn()
  new MutationObserver(turn).observe(document.body, { childList: true, subtree: true })
}
""",
)


def copy_entry(entry: Entry) -> None:
    """Show the buttons that copy an entry's answer, if it has one, and a link to it."""
    answer, query = entry.content.answer, f"?entry={entry.id}"
    copies = [{"label": "Copy answer", "text": answer}] if answer else []
    copies.append({"label": "Copy link", "query": query})
    _COPY(data={"copies": copies}, key=f"copy_{entry.id}", width="content")


def focus(key: str) -> None:
    """Put the cursor into the text field `key`, unless it is somewhere already."""
    _FOCUS(data={"key": key}, key=f"focus-{key}", height=1)


def read_each_text_in_its_direction() -> None:
    """Let texts in Arabic, Hebrew and other such scripts, and fields, run from right to left."""
    _DIRECTION(key="direction", height=1)


def download_button(
    label: str, contents: Callable[[], str | bytes], name: str, media_type: str, *, key: str
) -> None:
    """Show the button that downloads a file called `name`, written when it is clicked."""
    st.download_button(
        label,
        data=contents,
        file_name=name,
        mime=media_type,
        key=key,
        icon=":material/download:",
        on_click="ignore",
    )


def table_button(
    label: str, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Show the button that downloads a table as `name`.csv."""

    from faq.transfer.csv_files import as_csv  # only now: the first page comes faster

    kept = list(rows)
    download_button(
        label, lambda: as_csv([columns, *kept]), f"{name}.csv", "text/csv", key=f"download {name}"
    )
