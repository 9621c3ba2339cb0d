"""Ask: a question in plain words, the answer, and why."""

from ui import app, browser, notice
from ui.ask import question
from ui.entry import drawer

app.ensure()

notice.show()
question.show()
drawer.show_unsaved()
browser.focus(question.KEY)
