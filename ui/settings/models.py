"""The model in Settings: what it is, and how the collection goes over to another one."""

from collections.abc import Set
from functools import partial
from operator import itemgetter

import streamlit as st

from embedding import Embedder
from faq import language
from faq.collection import Collection
from faq.jobs import REEMBED, Report
from faq.json_records import from_json
from faq.models import MULTILINGUAL, Offer, describe_download
from faq.reembedding import Reembedded, reembed, switch
from faq.speed.trial import ENGINES
from store import Job, ModelRecord, VectorSet
from ui import context, jobs, model, notice, passages, reports
from ui import language as spoken
from ui.buttons import button
from ui.context import Context
from ui.text import plain

API_DIMENSIONS = 1536  # of a widely used embedding API
BYTES_A_NUMBER = 4
EMBED = "Embed everything with it"
NAME = "model_name"
LANGUAGE = "collection_language"
PATIENCE = 2.0  # seconds that the page waits for the language, which takes less


def show_own(run: Context) -> None:
    """Show the collection's own model, loaded or not, and the language that it reads."""
    st.header("In use", anchor=False)
    model.show_where_text_goes(run.embedder)
    if model.ready(run.embedder):
        with notice.errors():
            _show_own(run.embedder)
    if run.has_model:
        _show_language(run)
    passages.show(run)


def show_others(run: Context) -> None:
    """Show how the collection goes over to another model, and what it would change."""
    st.header("Another model", anchor=False)
    sets, job = run.editable.store.vectors.sets(), run.editable.store.jobs.latest(REEMBED)
    if jobs.show_running(job, _progress):
        return
    if job is not None:
        _show_ended(job, sets)
    for other in sets:
        if not other.active:
            _show_other(other)
    _show_change({one.model.name for one in sets})


def _show_own(own: Embedder) -> None:
    loaded, runtime = own.model, own.runtime
    st.table(
        {
            "Name": plain(loaded.name),
            "Reads": f"the first {loaded.max_tokens} tokens of a text",
            "Engine": plain(f"{ENGINES.get(runtime.engine, runtime.engine)}, {runtime.precision}"),
            "Runs on": plain(runtime.device),
        },
        border="horizontal",
        width="content",
        alt="The language model",
    )
    if runtime.note:
        st.caption(f"The other engine could not serve: {plain(runtime.note)}")
    wanted = context.settings().model
    if wanted and not context.models().own_is_wanted():
        st.caption(
            f"FAQ_MODEL names {plain(wanted)}. The collection goes on answering with its own "
            "model, whose vectors it has, until it is embedded with the other one."
        )
    vector, other = loaded.dimension * BYTES_A_NUMBER, API_DIMENSIONS * BYTES_A_NUMBER
    with st.expander("Details"):
        st.table(
            {
                "Dimensions": f"{loaded.dimension}",
                "One vector": f"{vector:,} bytes; an API's with {API_DIMENSIONS:,} dimensions "
                f"takes {other:,}",
                "Fingerprint": loaded.fingerprint,
                "Revision": loaded.revision or "unknown",
            },
            border="horizontal",
            width="content",
            alt="Details of the language model",
        )
        st.caption("Vectors can be compared only where the fingerprint is the same.")


def _show_language(run: Context) -> None:
    """Show the collection's language, to be corrected, and why its model finds too little in it."""
    known = spoken.current(run, PATIENCE)
    by_itself = "Find it in the texts"
    if not known.chosen:
        by_itself = f"Found in the texts: {known.name or 'none that is sure'}"
    names = {"": by_itself, **dict(sorted(language.NAMES.items(), key=itemgetter(1)))}
    st.session_state[LANGUAGE] = known.code if known.chosen else ""
    st.selectbox(
        "Language of the collection",
        list(names),
        key=LANGUAGE,
        format_func=names.__getitem__,
        on_change=_choose_language,
        disabled=run.store.read_only != "",
        width=320,
    )
    if why := language.hindrance(known, run.collection.state.model):
        st.caption(f"{plain(why)} Choose one for many languages under “Another model”.")


@notice.errors(notice.refuse)
def _choose_language() -> None:
    language.choose(context.store(), st.session_state[LANGUAGE])


def _show_change(embedded: Set[str]) -> None:
    st.caption(
        "Everything is embedded with it in the background, beside the vectors in use. You see what "
        "would change before you switch, and can switch back."
    )
    settings = context.settings()
    if settings.engine == "remote" and settings.network.endpoint:
        st.caption(
            f"{plain(settings.network.service_host)} embeds: have it serve a model for many "
            "languages, such as multilingual-e5-small, and enter its name here."
        )
    else:
        for offer in MULTILINGUAL:
            if offer.name not in embedded:
                _show_offer(offer)
        st.caption(
            "Where the Hub can't be reached, have somebody copy the model's folder to this "
            "machine; then enter its path here."
        )
    st.session_state.setdefault(NAME, settings.model or "")
    name = st.text_input("A Hub name, or a folder on the machine that runs Askwell", key=NAME)
    label, work = EMBED, partial(_reembed, name.strip())
    button(label, "model_embed", jobs.begin, REEMBED, work, disabled=not name.strip())


def _show_offer(offer: Offer) -> None:
    """Show a model for many languages: one click downloads it and embeds everything with it."""
    with st.container(border=True, key=f"offer_{offer.name.partition('/')[2]}"):
        st.markdown(f"**{plain(offer.name.partition('/')[2])}**")
        facts = f"{offer.languages}, {offer.megabytes} MB, licence {offer.licence}"
        st.caption(f"Reads {facts}")
        remote = context.settings().engine == "remote"
        label = EMBED if remote else "Download and embed everything with it"
        work = partial(_reembed, offer.name)
        button(label, f"offer_embed_{offer.name}", jobs.begin, REEMBED, work)


def _reembed(name: str, collection: Collection, report: Report) -> Reembedded:
    new = context.models().named(name)
    return reembed(collection.store, collection.embedder, new, report)


def _progress(job: Job) -> str:
    if not job.total:
        download = context.downloading().latest
        coming = download.done < download.total
        return describe_download(download) if coming else "Getting the other model ready"
    return f"Embedding: {job.done:,} of {job.total:,} ways of asking"


def _show_ended(job: Job, sets: list[VectorSet]) -> None:
    """Show how the last embedding ended, as long as its vectors wait beside those in use."""
    waiting = {one.model.fingerprint: one for one in sets if not one.active}
    if job.state == "done":
        embedded = from_json(Reembedded, job.result)
        if embedded.fingerprint in waiting:
            st.markdown(
                f"**{embedded.phrasings:,}** ways of asking were embedded with "
                f"{plain(embedded.model)} in {embedded.seconds:.1f} s."
            )
            reports.show_preview(
                embedded.preview, "best entry", "Best entry now", "With the other", width=165
            )
    elif waiting:
        why = "" if job.state == "cancelled" else f" {jobs.reason(job)}"
        st.caption(f"The last embedding was stopped.{why} The vectors in use serve as before.")
    elif job.state != "cancelled":
        st.error(f"The last embedding stopped: {jobs.reason(job)}")


def _show_other(other: VectorSet) -> None:
    """Show a set of vectors that waits beside the one in use."""
    record = other.model
    with st.container(border=True, key=f"set_{record.fingerprint}"):
        kept = f"{other.vectors:,} vectors are kept beside those in use"
        missing = f"; {other.missing:,} are missing" if other.missing else ""
        st.markdown(f"**{plain(record.name)}**")
        st.caption(f"{kept}{missing}.")
        with st.container(horizontal=True):
            key = record.fingerprint
            if st.button("Answer with this model", key=f"switch_{key}"):
                _switch(record)
            button("Delete its vectors", f"drop_{key}", _drop, record)


def _switch(record: ModelRecord) -> None:
    store = context.store()
    new = context.models().recorded(record)
    with notice.errors():
        with st.spinner("Getting the model ready and switching"):
            new.load()
            switch(store, new)
        notice.give(f"The collection answers with {record.name} now.")
        st.rerun()


@notice.errors(notice.refuse)
def _drop(record: ModelRecord) -> None:
    context.store().vectors.drop(record.fingerprint)
    notice.give(f"The vectors of {record.name} were deleted.")
