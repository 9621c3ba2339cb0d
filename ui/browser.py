"""What the browser does for a person: copy to the clipboard, set the cursor, send what is written,
download a file."""

from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from faq.access import Role
from store import Entry
from ui import context
from ui.context import Contents

# Pixels. The browser draws them later than what is beside them, which must not move then.
COPY_WIDTHS = {"Copy answer": 104, "Copy link": 84}
COPY_GAP = 16
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
button:hover, button:focus-visible { border-color: var(--st-primary-color); outline: none; }
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
      button.style.minWidth = `${button.offsetWidth}px`  // also with fewer letters
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
const TEXT = "input, textarea, [contenteditable=true]"
const shown = new WeakSet()

export default function ({ data, parentElement }) {
  const place = document.querySelector(`.st-key-${data.key}`)
  const field = place?.querySelector("input, textarea")
  if (!field) return
  place.onclick = () => place.querySelector("input, textarea").focus()  // as after its cross
  const dialog = document.querySelector("[role=dialog]")
  if (dialog && !dialog.contains(field)) return
  const active = document.activeElement
  // A page that was just opened takes the cursor from what opened it.
  if (shown.has(parentElement) ? active === document.body : !active.matches(TEXT)) field.focus()
  shown.add(parentElement)
}
""",
)

# Streamlit replaces the address while somebody types, so that Back would leave the page.
_BACK = st.components.v2.component(
    "askwell_back",
    js="""
let settled, pause

export default function ({ data }) {
  if (document.body.dataset.back) return
  document.body.dataset.back = "by question"
  const asked = address => new URL(address ?? "", location).searchParams.get(data.name)
  const settle = () => { settled = asked(location) }
  const push = history.pushState.bind(history), replace = history.replaceState.bind(history)
  const change = (how, ...to) => {
    how(...to)
    clearTimeout(pause)
    pause = setTimeout(settle, data.pause)
  }
  history.pushState = (...to) => change(push, ...to)
  history.replaceState = (...to) => {
    const leaves = settled && settled === asked(location) && settled !== asked(to[2])
    change(leaves ? push : replace, ...to)
  }
  addEventListener("popstate", settle)
  settle()
}
""",
)

# Streamlit sends a text once its field is left, and a key that closes the drawer does not leave it.
_WRITING = st.components.v2.component(
    "askwell_writing",
    isolate_styles=False,
    js="""
const PAUSE = 1000
const PLACE = "[role=dialog], [data-testid=stPopoverBody]"  // a drawer, or what a button opened
const saveButtons = new Set()
let pause
let typed = 0  // when, last
let letters = null  // a list's field with letters in it that are not taken yet

// What is in a list's field is what the field says, as after Enter, however the field is left.
function take() {
  const key = { key: "Enter", bubbles: true, cancelable: true }
  letters?.dispatchEvent(new KeyboardEvent("keydown", key))
  letters = null
}

// Streamlit's own key for that: the cursor stays in the field.
function send() {
  const field = document.activeElement
  if (!field?.closest("[role=dialog]") || !field.matches("input, textarea")) return
  const key = { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true }
  field.dispatchEvent(new KeyboardEvent("keydown", key))
}

function sendSoon(event) {
  clearTimeout(pause)
  if (event.isComposing || !event.target.closest(PLACE)) return
  if (event.target.role === "combobox") {
    letters = event.target.value ? event.target : null
    return
  }
  typed = Date.now()
  pause = setTimeout(send, PAUSE)
}

// What was typed a moment ago may not have arrived: it is sent while the browser asks.
function ask(event) {
  if (!document.querySelector("[role=dialog]") || Date.now() - typed > 2 * PAUSE) return
  send()
  event.preventDefault()
}

function press(event) {
  if (!event.isTrusted || event.isComposing) return
  const field = document.activeElement
  const place = field.closest(PLACE) ?? document.querySelector("[role=dialog]")
  const save = place?.querySelector([...saveButtons].map(key => `.st-key-${key} button`).join())
  if (!save) return
  const lists = field.getAttribute("aria-expanded") === "true"
  const chooses = ["Enter", "ArrowDown", "ArrowUp"].includes(event.key)
  if (chooses && !event.ctrlKey && !event.metaKey) letters = null
  if (event.key === "Tab") take()
  if (event.key === "Escape" && lists) {
    event.preventDefault()
    event.stopImmediatePropagation()
    if (letters) return take()
    field.blur()
    field.focus()
  } else if (event.key === "Escape") {
    send()
  } else if ((event.ctrlKey || event.metaKey) && (event.key === "s" || event.key === "Enter")) {
    event.preventDefault()
    event.stopImmediatePropagation()
    take()
    send()
    save.click()
  }
}

function point(event) {
  if (event.target !== letters && !event.target.closest("[role=listbox]")) take()
}

export default function ({ data, parentElement }) {
  saveButtons.add(data.key)
  const background = getComputedStyle(parentElement).getPropertyValue("--st-background-color")
  document.body.style.setProperty("--drawer-background", background)
  if (document.body.dataset.writing) return
  document.body.dataset.writing = "safely"
  addEventListener("keydown", press, true)
  addEventListener("pointerdown", point, true)
  addEventListener("input", sendSoon, true)
  addEventListener("compositionend", sendSoon, true)
  addEventListener("beforeunload", ask)
}
""",
)

# A field that is sent while somebody types gets an older text back from Streamlit's script if the
# machine is so busy that the next text is sent before the last one is done with: it forgets the
# next (`useBasicWidgetState`). What was typed is typed again then.
_LETTERS = st.components.v2.component(
    "askwell_letters",
    js="""
const PAUSE = 2000
const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set
let typed = null  // the field, its text, those before it, where the cursor was, and when

function forget() { typed = null }

function note(event) {
  if (!event.isTrusted) return
  const field = event.target
  const one = field.matches("[data-testid=stTextInputField]") && !field.closest("[role=dialog]")
  if (!one || event.isComposing) return forget()
  const before = typed?.field === field ? typed.before.add(typed.text) : new Set()
  if (!typed) requestAnimationFrame(look)
  const { value: text, selectionStart: cursor } = field
  typed = { field, text, before, cursor, at: performance.now() }
}

function giveBack() {
  if (!typed || typed.field !== document.activeElement) return forget()
  const { field, text, before, cursor } = typed
  if (field.value === text || !before.delete(field.value)) return
  write.call(field, text)
  field.setSelectionRange(cursor, cursor)
  field.dispatchEvent(new Event("input", { bubbles: true }))
}

function look() {
  giveBack()
  if (typed && performance.now() - typed.at > PAUSE) forget()
  if (typed) requestAnimationFrame(look)
}

function press(event) {
  if (["Enter", "Escape", "Tab"].includes(event.key)) forget()
  else giveBack()
}

export default function () {
  if (document.body.dataset.letters) return
  document.body.dataset.letters = "kept"
  addEventListener("input", note, true)
  addEventListener("keydown", press, true)
  addEventListener("pointerdown", forget, true)
  addEventListener("popstate", forget)
}
""",
)

# Streamlit's pages run from left to right. Each text of a person's gets the direction of its first
# letters, whatever its element: a list as a whole, so that its marks are on the side where it
# begins.
_DIRECTION = st.components.v2.component(
    "askwell_direction",
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
    width = sum(COPY_WIDTHS[one["label"]] for one in copies) + COPY_GAP * (len(copies) - 1)
    _COPY(data={"copies": copies}, key=f"copy_{entry.id}", width=width)


def focus(key: str, occasion: str = "") -> None:
    """Put the cursor into the text field `key`, unless it is in another; once for each occasion,
    and whenever it is nowhere."""
    _FOCUS(data={"key": key}, key=f"focus-{key}-{occasion}", height=1)


def go_back_to(name: str, pause_seconds: float) -> None:
    """Let the browser's Back go to each value of the address's `name` that stayed so long."""
    _BACK(data={"name": name, "pause": pause_seconds * 1000}, key="back", height=1)


def write_safely(save_key: str) -> None:
    """Send what is written in a dialog in each pause, and before it is closed; ask before the page
    is left in between. Ctrl+S and Ctrl+Enter press its button `save_key`, which stays in view.
    Esc in a list of a dialog or popover closes the list, and keeps its letters."""
    _WRITING(data={"key": save_key}, key=f"writing_{save_key}", height=1)


def keep_each_letter() -> None:
    """Give a field that is sent while somebody types back what a busy browser takes away."""
    _LETTERS(key="letters", height=1)


def read_each_text_in_its_direction() -> None:
    """Let texts in Arabic, Hebrew and other such scripts, and fields, run from right to left."""
    _DIRECTION(key="direction", height=1)


def download_button(
    label: str,
    contents: Callable[[], Contents],
    name: str,
    media_type: str,
    *,
    key: str,
    disabled: bool = False,
    primary: bool = False,
    help: str | None = None,
    least: Role = Role.READER,
) -> None:
    """Show the button that downloads a file called `name`, written when it is clicked, for people
    who have at least a role then."""
    st.download_button(
        label,
        data=context.while_allowed(contents, least),
        file_name=name,
        mime=media_type,
        key=key,
        icon=None if primary else ":material/download:",
        type="primary" if primary else "secondary",
        on_click="ignore",
        help=help,
        disabled=disabled,
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
