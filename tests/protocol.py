"""Speaks Streamlit's protocol without a browser: as many people at once as a machine can serve, and
whoever sends what no page would."""

import socket
import ssl
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import FileUploaderState, FileURLsRequest, UploadedFileInfo
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
        encryption: ssl.SSLContext | None = None,
    ) -> None:
        there = urlsplit(url)
        self.texts: list[str] = []
        self.widgets: dict[tuple[str, str], str] = {}
        self.states: dict[str, WidgetState] = {}
        self._url = url
        self._page = ""
        self._fragments: dict[str, str] = {}  # by widget
        self._opened = ExitStack()
        self._socket = self._opened.enter_context(
            connect(
                f"{'wss' if encryption else 'ws'}://{host or there.netloc}/_stcore/stream",
                ssl=encryption,
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

    def run(self, query: str = "", fragment: str = "") -> Self:
        """Run the page, or a fragment of it, with the widgets as they are, and read what it
        draws."""
        state = ClientState(query_string=query, page_name=self._page, fragment_id=fragment)
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
        """Click a button, and read what is drawn then."""
        return self.change("button", label, trigger_value=True)

    def change(self, kind: str, label: str, **value: Any) -> Self:
        """Set a widget, and read what the page, or the dialog that it is in, draws then."""
        widget = self.widgets[kind, label]
        return self.set_id(widget, **value).run(fragment=self._fragments[widget])

    def upload(self, kind: str, label: str, name: str, content: bytes) -> Self:
        """Choose a file in a widget, and read what is drawn then."""
        asked = FileURLsRequest(request_id=name, file_names=[name])
        self._socket.send(BackMsg(file_urls_request=asked).SerializeToString())
        while not (message := self._next()).HasField("file_urls_response"):
            pass
        [place] = message.file_urls_response.file_urls
        with httpx2.Client(base_url=self._url, timeout=PATIENCE) as client:
            client.get("/_stcore/health")  # brings the cookie
            token = {"X-Xsrftoken": client.cookies["_streamlit_xsrf"]}
            sent = client.put(place.upload_url, headers=token, files={"file": (name, content)})
            sent.raise_for_status()
        info = UploadedFileInfo(name=name, size=len(content), file_id=place.file_id)
        info.file_urls.CopyFrom(place)
        state = FileUploaderState(uploaded_file_info=[info])
        return self.change(kind, label, file_uploader_state_value=state)

    def _read(self) -> Self:
        self.texts, self.widgets = [], {}
        while True:
            message = self._next()
            kind = message.WhichOneof("type")
            if kind == "delta" and message.delta.HasField("new_element"):
                self._take(message.delta.new_element, message.delta.fragment_id)
            elif kind == "script_finished" and message.script_finished in (0, 1, 3):
                return self

    def _next(self) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(self._socket.recv(PATIENCE))  # type: ignore[arg-type]
        return message

    def _take(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        drawn = getattr(element, kind)
        for field in ("body", "label"):
            if isinstance(text := getattr(drawn, field, None), str) and text:
                self.texts.append(text)
        if hasattr(drawn, "id") and hasattr(drawn, "label"):
            self.widgets[kind, drawn.label] = drawn.id
            self._fragments[drawn.id] = fragment
