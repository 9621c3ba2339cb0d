"""Settings: who you are, the model, backups, the query log, the database, the sample."""

import streamlit as st

from ui import app, context, notice
from ui.settings import backups, data, models, person, publishing, query_log

app.ensure()

run = context.read()
st.title("Settings", anchor=False)
notice.show()
# In rows, so that a narrow screen, too, shows first what most people look for.
for row in (
    ((person.show,), (models.show,)),
    ((backups.show,), (query_log.show,)),
    ((data.show_database,), (data.show_sample, publishing.show)),
):
    for column, sections in zip(st.columns(2, gap="large"), row, strict=True):
        with column:
            for show in sections:
                show(run)
