"""Speaks Streamlit's protocol without a browser: as many people at once as a machine can serve, and
whoever sends what no page would."""

import socket
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect
from websockets.typing import Subprotocol

PATIENCE = 60  # seconds


class Session:
    """One session at a server. `texts` and `widgets` are what the last run has drawn: the texts of
    its elements, and the ids of its widgets by kind and label."""

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        origin: str | None = None,
        host: str = "",
        source_address: tuple[str, int] | None = None,
    ) -> None:
        there = urlsplit(url)
        self.texts: list[str] = []
        self.widgets: dict[tuple[str, str], str] = {}
        self.states: dict[str, WidgetState] = {}
        self._page = ""
        self._opened = ExitStack()
        self._socket = self._opened.enter_context(
            connect(
                f"ws://{host or there.netloc}/_stcore/stream",
                sock=socket.create_connection(
                    (there.hostname or "", there.port or 80), PATIENCE, source_address
                ),
                subprotocols=[Subprotocol("streamlit")],
                origin=origin or url,  # type: ignore[arg-type]
                additional_headers=headers,
                max_size=None,
                open_timeout=PATIENCE,
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()

    def open(self, page: str = "", query: str = "") -> Self:
        """Open a page, as a link does."""
        self._page = page
        return self.run(query)

    def run(self, query: str = "") -> Self:
        """Run the page with the widgets as they are, and read what it draws."""
        state = ClientState(query_string=query, page_name=self._page)
        state.widget_states.widgets.extend(self.states.values())
        self._socket.send(BackMsg(rerun_script=state).SerializeToString())
        self.states = {
            name: one for name, one in self.states.items() if not one.HasField("trigger_value")
        }
        return self._read()

    def send(self, message: bytes) -> None:
        self._socket.send(message)

    def set(self, kind: str, label: str, **value: Any) -> Self:
        """Set a widget, as `string_value="text"` or `trigger_value=True`."""
        return self.set_id(self.widgets[kind, label], **value)

    def set_id(self, widget: str, **value: Any) -> Self:
        self.states[widget] = WidgetState(id=widget, **value)
        return self

    def click(self, label: str) -> Self:
        """Click a button, and read what the page draws then."""
        return self.set("button", label, trigger_value=True).run()

    def _read(self) -> Self:
        self.texts, self.widgets = [], {}
        while True:
            message = ForwardMsg()
            message.ParseFromString(self._socket.recv(PATIENCE))  # type: ignore[arg-type]
            kind = message.WhichOneof("type")
            if kind == "delta" and message.delta.HasField("new_element"):
                self._take(message.delta.new_element)
            elif kind == "script_finished" and message.script_finished in (0, 1, 3):
                return self

    def _take(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        drawn = getattr(element, kind)
        for field in ("body", "label"):
            if isinstance(text := getattr(drawn, field, None), str) and text:
                self.texts.append(text)
        if hasattr(drawn, "id") and hasattr(drawn, "label"):
            self.widgets[kind, drawn.label] = drawn.id
