"""The published Python client as a peer of the system tests: JSON lines, see ../README.md."""

import asyncio
import json
import math
import sys
import time
from contextlib import redirect_stdout

from clasp import Clasp

PROTOCOL = sys.stdout


def send(line):
    PROTOCOL.write(json.dumps(line, allow_nan=False) + "\n")
    PROTOCOL.flush()


def to_json(value):
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": value.hex()}
    if isinstance(value, float) and (not math.isfinite(value) or str(value) == "-0.0"):
        return {"$number": {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN", "-0.0": "-0"}[str(value)]}
    if isinstance(value, (list, tuple)):
        return [to_json(entry) for entry in value]
    if isinstance(value, dict):
        return {key: to_json(entry) for key, entry in value.items()}
    return value


def from_json(value):
    if isinstance(value, list):
        return [from_json(entry) for entry in value]
    if isinstance(value, dict):
        if "$bytes" in value:
            return bytes.fromhex(value["$bytes"])
        if "$number" in value:
            return float(value["$number"].replace("Infinity", "inf"))
        return {key: from_json(entry) for key, entry in value.items()}
    return value


class Peer:
    """One client and its subscriptions."""

    def __init__(self, name, url, options):
        self.name = name
        options = {"reconnect": False, **options}
        self.client = Clasp(url, name=name, **options)
        self.client.on_connect(lambda: self.tell(notice="connected", session=self.client.session_id))
        self.client.on_disconnect(lambda reason: self.tell(notice="disconnected", reason=reason))
        self.client.on_error(lambda error: self.tell(notice="error", text=str(error)))
        self.subscriptions = {}

    def tell(self, **notice):
        send({"client": self.name, **notice})

    def subscribe(self, subscription, pattern, options):
        def callback(value, address):
            self.tell(
                notice="value",
                subscription=subscription,
                address=address,
                value=to_json(value),
                time=time.time() * 1000,
            )

        self.subscriptions[subscription] = self.client.subscribe(pattern, callback, **options)

    async def bundle(self, items, at=None, ahead=None):
        due = at if ahead is None else self.client.time() + ahead
        await self.client.bundle(
            [{kind: [a, from_json(v)] for kind, (a, v) in item.items()} for item in items], at=due
        )
        return due

    async def perform(self, command):
        client = self.client
        address = command.get("address")
        value = from_json(command.get("value"))
        match command["do"]:
            case "subscribe":
                self.subscribe(command["subscription"], command["pattern"], command.get("options", {}))
                # The client sends SUBSCRIBE from a task of its own.
                await asyncio.sleep(0)
            case "unsubscribe":
                self.subscriptions.pop(command["subscription"])()
                await asyncio.sleep(0)
            case "set":
                await client.set(address, value, **command.get("options", {}))
            case "get":
                return to_json(await client.get(address))
            case "emit":
                await client.emit(address, value)
            case "stream":
                await client.stream(address, value)
            case "gesture":
                await client.gesture(address, command["gesture"], command["phase"], value)
            case "timeline":
                await client.timeline(address, from_json(command["keyframes"]), **command.get("options", {}))
            case "bundle":
                return await self.bundle(command["items"], command.get("at"), command.get("ahead"))
            case "query":
                return await client.query_signals(command["pattern"])
            case "fence":
                # Answered after all that was sent before.
                await client.query_signals("/fence")
            case "many":
                for step in command["steps"]:
                    await self.perform(step)
            case "cached":
                return to_json(client.cached(address))
            case "time":
                return client.time()
            case "session":
                return client.session_id
            case "connected":
                return client.connected
            case "close":
                await client.close()
            case unknown:
                raise ValueError(f"unknown command {unknown}")
        return None


async def serve():
    peers = {}

    async def run(command):
        if command["do"] == "connect":
            peer = Peer(command["client"], command["url"], command.get("options", {}))
            peers[command["client"]] = peer
            await peer.client.connect()
            return {"session": peer.client.session_id}
        return await peers[command["client"]].perform(command)

    async def answer(command):
        number = command.pop("id")
        try:
            send({"answer": number, "value": await run(command)})
        except Exception as error:  # whatever went wrong is the answer
            send({"answer": number, "error": f"{type(error).__name__}: {error}"})

    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    send({"notice": "ready"})
    running = set()
    while line := await lines.readline():
        task = asyncio.create_task(answer(json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)


# The client prints to standard output; that is the protocol's here.
with redirect_stdout(sys.stderr):
    asyncio.run(serve())
