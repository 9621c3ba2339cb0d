"""Ask: a question in plain words, the answer, and why."""

from ui import app, browser, notice
from ui.ask import question, settling
from ui.entry import drawer

app.ensure()

notice.show()
question.show()
browser.focus(question.KEY)
browser.go_back_to(question.KEY, settling.PAUSE_SECONDS)
drawer.open_wanted()
