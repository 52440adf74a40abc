"""An RTP-MIDI session of the Python package pymidi, which others may join. Prints "ready PORT", "joined NAME", "left" and what is played."""

import random
import sys

from pymidi import server


class Printer(server.Handler):
    def on_peer_connected(self, peer):
        print("joined", peer.name, flush=True)

    def on_peer_disconnected(self, peer):
        print("left", flush=True)

    def on_midi_commands(self, peer, command_list):
        for command in command_list:
            values = [value for name, value in command.params.items() if not name.startswith("_")]
            print("heard", command.command, command.channel, *values, flush=True)


def main():
    while True:
        port = 20000 + 2 * random.randrange(10000)
        session = server.Server([("127.0.0.1", port)])
        session.add_handler(Printer())
        try:
            session._init_protocols()
            break
        except OSError:
            pass
    print("ready", port, flush=True)
    while True:
        session._loop_once()


sys.exit(main())
