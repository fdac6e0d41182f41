"""HTTP and WebSocket: a thin shell over sessions and the catalogue."""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from runtime.asr.ear import Ear
from runtime.errors import BadInput, BadMessage, ZhangguiError
from runtime.knowledge.catalogue import BadCatalogue
from runtime.session import Session, rehearse
from runtime.shop import Shop
from runtime.types import Partial, Utterance
from runtime.web import protocol

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
MAX_UPLOAD = 20 * 1024 * 1024
MAX_FILE_NAME = 255  # bytes, as file systems have it
OUTBOX = 512  # messages waiting for a slow page before it is cut off
WAITING_TURNS = 4  # said while an answer is still being formed
_SHOP = web.AppKey("shop", Shop)
_OPEN = web.AppKey("open", set[web.WebSocketResponse])
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def make_app(shop: Shop) -> web.Application:
    """The whole site for one shop."""
    app = web.Application(client_max_size=MAX_UPLOAD, middlewares=[_named_errors, _same_origin])
    app[_SHOP] = shop
    app[_OPEN] = set()
    app.on_shutdown.append(_close_sockets)
    app.on_response_prepare.append(_add_headers)
    app.add_routes(
        [
            web.get("/", _page("index.html")),
            web.get("/merchant", _page("merchant.html")),
            web.get("/ws", _socket),
            web.get("/api/shop", _about_shop),
            web.post("/api/catalog", _upload),
            web.post("/api/try", _try_sentence),
            web.static("/static", STATIC),
        ]
    )
    return app


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


@web.middleware
async def _same_origin(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Another site's page must not talk to the shop in a visitor's browser: aiohttp checks no Origin."""
    origin = request.headers.get("Origin")
    same = origin is None or origin in (f"http://{request.host}", f"https://{request.host}")
    if not same or not _is_near(request.url.host or ""):
        return _refusal(403, BadMessage("requests from other sites are refused", code="foreign-origin"))
    return await handler(request)


def _is_near(host: str) -> bool:
    """Not a public name: one that a foreign site owns could be made to resolve to this box."""
    try:
        ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(".local")
    return True


@web.middleware
async def _named_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except BadCatalogue as error:
        rows = [
            {"file": bad.file, "row": bad.row, "column": bad.column, "expected": bad.expected, "got": bad.got}
            for bad in error.rows
        ]
        return web.json_response({"code": error.code, "message": str(error), "rows": rows}, status=400)
    except BadInput as error:
        return _refusal(400, error)
    except ZhangguiError as error:
        log.error("%s failed: %s", request.path, error.code)
        return _refusal(500, error)
    except web.HTTPError as error:
        error.content_type = "application/json"
        error.text = json.dumps({"code": error.reason.lower().replace(" ", "-"), "message": error.text})
        raise
    except (web.RequestPayloadError, ConnectionError):
        return _refusal(400, BadMessage("the request's content cannot be read", code="bad-content"))
    except Exception as error:
        return _refusal(500, _unforeseen(error))


def _refusal(status: int, error: ZhangguiError) -> web.Response:
    return web.json_response({"code": error.code, "message": str(error)}, status=status)


def _unforeseen(error: Exception) -> ZhangguiError:
    """Logged without its message, which may quote a customer."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("unforeseen %s:\n%s", type(error).__name__, frames)
    return ZhangguiError("something went wrong here; the next try may work")


def _page(name: str) -> Callable[[web.Request], Awaitable[web.FileResponse]]:
    async def serve(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / name)

    return serve


async def _about_shop(request: web.Request) -> web.Response:
    shop = request.app[_SHOP]
    return web.json_response({"name": shop.settings.shop.name, "demo": shop.is_demo, **shop.counts()})


async def _upload(request: web.Request) -> web.Response:
    name = Path(request.query.get("name", "")).name
    if name in ("", "..") or "\0" in name or len(name.encode()) > MAX_FILE_NAME:
        raise BadMessage("name: expected the file's name, it tells the format")
    content = await request.read()
    shop = request.app[_SHOP]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        await asyncio.to_thread(path.write_bytes, content)
        await shop.import_goods(path)
    return web.json_response(shop.counts())


async def _try_sentence(request: web.Request) -> web.Response:
    """A turn that is computed and thrown away."""
    sentence = protocol.read_sentence(await request.read())
    events = await rehearse(request.app[_SHOP], Utterance(sentence.text))
    return web.json_response(protocol.explained(events))


async def _socket(request: web.Request) -> web.WebSocketResponse:
    shop = request.app[_SHOP]
    socket = web.WebSocketResponse(heartbeat=20, max_msg_size=protocol.MAX_AUDIO_BYTES)
    await socket.prepare(request)
    if len(request.app[_OPEN]) >= shop.settings.web.max_sessions:
        await socket.send_json(protocol.error_message(BadMessage("too many visitors", code="full")))
        await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
        return socket
    if request.transport is None:  # gone already
        return socket
    request.app[_OPEN].add(socket)
    try:
        await _Conversation(shop, socket, request.transport).run()
    finally:
        request.app[_OPEN].discard(socket)
    return socket


async def _close_sockets(app: web.Application) -> None:
    sockets = app[_OPEN]
    for socket in set(sockets):
        await socket.close(code=WSCloseCode.GOING_AWAY)


class _Conversation:
    """One socket: messages in, events out, one turn after the other."""

    def __init__(self, shop: Shop, socket: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        self._shop = shop
        self._socket = socket
        self._transport = transport
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue(OUTBOX)
        self._said: asyncio.Queue[tuple[Session, Utterance]] = asyncio.Queue(WAITING_TURNS)
        self._session: Session | None = None
        self._ear: Ear | None = None

    async def run(self) -> None:
        helpers = [asyncio.create_task(self._write()), asyncio.create_task(self._answer())]
        try:
            async for message in self._socket:
                try:
                    if message.type == WSMsgType.TEXT:
                        await self._read(protocol.read_message(message.data))
                    elif message.type == WSMsgType.BINARY:
                        await self._hear(message.data)
                except ZhangguiError as error:
                    self._send(protocol.error_message(error))
                except Exception as error:
                    self._send(protocol.error_message(_unforeseen(error)))
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    def _send(self, message: dict[str, Any]) -> None:
        try:
            self._outbox.put_nowait(message)
        except asyncio.QueueFull:  # the page has stopped reading; it will reconnect
            self._transport.abort()

    async def _write(self) -> None:
        with suppress(ConnectionError):
            while True:
                await self._socket.send_json(await self._outbox.get(), dumps=protocol.dumps)

    async def _read(self, message: protocol.FromPage) -> None:
        match message:
            case protocol.Hello():
                self._session = await self._shop.sessions.open(message.session)
                self._send(protocol.welcome_message(self._shop, self._session))
            case protocol.Say():
                self._enqueue(Utterance(message.text, behaviour=message.behaviour()))
            case protocol.Listen():
                self._ear = await self._shop.open_ear(message.sample_rate_hz)
            case protocol.Stop():
                await self._stop_listening()

    async def _hear(self, pcm: bytes) -> None:
        if self._ear is None:
            raise BadMessage("sound came before a listen message", code="not-listening")
        for event in await self._shop.hearing.call(self._ear.push, pcm):
            self._heard(event)

    async def _stop_listening(self) -> None:
        ear, self._ear = self._ear, None
        if ear is not None:
            for event in await self._shop.hearing.call(ear.finish):
                self._heard(event)

    def _heard(self, event: Partial | Utterance) -> None:
        if isinstance(event, Partial):
            self._send(protocol.partial_message(event))
            return
        self._send({"type": "heard", "text": event.text})
        if event.text:
            self._enqueue(event)

    def _enqueue(self, utterance: Utterance) -> None:
        if self._session is None:
            raise BadMessage("say hello first", code="no-session")
        try:
            self._said.put_nowait((self._session, utterance))
        except asyncio.QueueFull:
            raise BadMessage("still answering what was said before", code="busy") from None

    async def _answer(self) -> None:
        while True:
            session, utterance = await self._said.get()
            try:
                async with aclosing(session.take(utterance)) as events:
                    async for event in events:
                        self._send(protocol.event_message(event))
            except BadInput as error:
                self._send(protocol.error_message(error))
            except ZhangguiError as error:
                log.error("turn failed: %s", error.code)
                self._send(protocol.error_message(error))
            except Exception as error:  # the next turn must find somebody here
                self._send(protocol.error_message(_unforeseen(error)))
