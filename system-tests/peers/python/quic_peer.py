"""CLASP over QUIC by aioquic, either side: bytes in hexadecimal, see ../README.md."""

import argparse
import asyncio
import sys

from aioquic.asyncio import QuicConnectionProtocol, connect, serve
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ConnectionTerminated, HandshakeCompleted, StreamDataReceived

HEADER = 4
TIMESTAMP = 0x20


def say(*words):
    print(*words, flush=True)


class Frames(QuicConnectionProtocol):
    """Prints the frames of a stream, or sends them back."""

    echo = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.rest = b""
        self.ended = asyncio.get_event_loop().create_future()

    def quic_event_received(self, event):
        if isinstance(event, HandshakeCompleted):
            say("connected", event.alpn_protocol)
        elif isinstance(event, StreamDataReceived):
            self.received(event.stream_id, event.data, event.end_stream)
        elif isinstance(event, ConnectionTerminated):
            kind = "application" if event.frame_type is None else "transport"
            say("closed", kind, event.error_code, event.reason_phrase)
            if not self.ended.done():
                self.ended.set_result(None)

    def received(self, stream, data, end):
        self.rest += data
        while len(self.rest) >= HEADER:
            length = HEADER + (8 if self.rest[1] & TIMESTAMP else 0) + int.from_bytes(self.rest[2:4], "big")
            if len(self.rest) < length:
                break
            frame, self.rest = self.rest[:length], self.rest[length:]
            if self.echo:
                self._quic.send_stream_data(stream, frame)
            else:
                say("frame", frame.hex())
        if end:
            say("finished")
            # Whoever has read everything says so.
            self._quic.send_stream_data(stream, b"", end_stream=True)
        self.transmit()


async def lines():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode().split()


async def client(options):
    configuration = QuicConfiguration(is_client=True, alpn_protocols=[options.alpn], server_name="localhost")
    configuration.load_verify_locations(options.ca)
    async with connect(
        "127.0.0.1", options.port, configuration=configuration, create_protocol=Frames
    ) as protocol:
        stream = protocol._quic.get_next_available_stream_id()
        moves = 0
        async for command, *rest in lines():
            if command == "send":
                protocol._quic.send_stream_data(stream, bytes.fromhex(rest[0]))
                protocol.transmit()
            elif command == "send-bytewise":
                for byte in bytes.fromhex(rest[0]):
                    protocol._quic.send_stream_data(stream, bytes([byte]))
                    protocol.transmit()
            elif command == "finish":
                protocol._quic.send_stream_data(stream, b"", end_stream=True)
                protocol.transmit()
            elif command == "close":
                protocol._quic.close(error_code=int(rest[0]), reason_phrase=" ".join(rest[1:]))
                protocol.transmit()
            elif command == "move":
                await move(protocol)
                say("moved", moves)
                moves += 1
            elif command == "await-end":
                await protocol.ended


async def move(protocol):
    """The client's address changes: another socket, and a connection id that was not used yet."""
    old = protocol._transport
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: protocol, local_addr=("::", 0))
    old.close()
    protocol.change_connection_id()
    await protocol.ping()


async def server(options):
    Frames.echo = True
    configuration = QuicConfiguration(is_client=False, alpn_protocols=[options.alpn])
    configuration.load_cert_chain(options.cert, options.key)
    running = await serve("127.0.0.1", 0, configuration=configuration, create_protocol=Frames)
    say("listening", running._transport.get_extra_info("sockname")[1])
    async for _ in lines():
        pass
    running.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--alpn", default="clasp/2")
    roles = parser.add_subparsers(dest="role", required=True)
    dialling = roles.add_parser("client")
    dialling.add_argument("port", type=int)
    dialling.add_argument("ca")
    listening = roles.add_parser("server")
    listening.add_argument("cert")
    listening.add_argument("key")
    options = parser.parse_args()
    asyncio.run(client(options) if options.role == "client" else server(options))


main()
