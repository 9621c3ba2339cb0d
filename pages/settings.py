"""Settings: you, the threshold, the model, backups, the query log, the database, the sample."""

import streamlit as st

from ui import app, context, notice
from ui.settings import backups, general, models, publishing, query_log, spelling, threshold

app.ensure()

run = context.read()
st.title("Settings", anchor=False)
notice.show()
# In rows, so that a narrow screen, too, shows first what most people look for.
for row in (
    ((general.show_name, threshold.show, spelling.show), (models.show,)),
    ((backups.show,), (query_log.show,)),
    ((general.show_database,), (general.show_sample, publishing.show)),
):
    for column, sections in zip(st.columns(2, gap="large"), row, strict=True):
        with column:
            for show in sections:
                show(run)
