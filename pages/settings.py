"""Settings, a tab for each kind: names, backups and answers, the model, the data itself."""

import streamlit as st

from ui import app, context, notice
from ui.settings import (
    access,
    backups,
    database,
    general,
    models,
    moving,
    publishing,
    query_log,
    sample,
    spelling,
    threshold,
)

app.ensure()

TABS = {  # each with two columns, which are one below the other on a narrow screen
    "General": ((general.show, backups.show), (threshold.show, spelling.show)),
    "Model": ((models.show_own,), (models.show_others,)),
    "Data": ((database.show, moving.show, sample.show), (query_log.show, publishing.show)),
}

run = context.read()
if run.person:
    TABS["Access"] = ((access.show,), (access.show_seen,))
st.title("Settings", anchor=False)
notice.show()
tabs = st.tabs(list(TABS), key="tab", bind="query-params")
for tab, columns in zip(tabs, TABS.values(), strict=True):
    if tab.open:
        for column, sections in zip(tab.columns(2, gap="large"), columns, strict=True):
            with column:
                for show in sections:
                    show(run)
