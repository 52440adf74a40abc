package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscMessage;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Protocols meet at the lights (S15 and S16, without rules): OSC, MIDI and MQTT go in, Art-Net
 * comes out, and the router between them is the real program.
 */
@RealProgram
class LightsServerTest {

  private static final int SLOTS = 18;

  /** Frames of Art-Net as they arrive. */
  private record Node(DatagramSocket socket) implements AutoCloseable {

    static Node open() throws IOException {
      return new Node(new DatagramSocket(0, InetAddress.getByName("127.0.0.1")));
    }

    /** Waits for a frame of port-address 0 that is wanted; slots as numbers, from 1. */
    int[] await(String what, Predicate<int[]> wanted) throws IOException {
      return await(what, () -> {}, wanted);
    }

    /** The same, with something that is done again for every frame that is another one. */
    int[] await(String what, Runnable again, Predicate<int[]> wanted) throws IOException {
      DatagramPacket packet = new DatagramPacket(new byte[1024], 1024);
      long end = System.nanoTime() + Patience.LIMIT.toNanos();
      int[] last = {};
      while (System.nanoTime() < end) {
        socket.setSoTimeout(1000);
        again.run();
        try {
          socket.receive(packet);
        } catch (SocketTimeoutException e) {
          continue;
        }
        byte[] bytes = packet.getData();
        if (packet.getLength() <= SLOTS || bytes[9] != 0x50 || bytes[14] != 0) {
          continue;
        }
        int[] slots = new int[packet.getLength() - SLOTS + 1];
        for (int i = 1; i < slots.length; i++) {
          slots[i] = Byte.toUnsignedInt(bytes[SLOTS + i - 1]);
        }
        if (wanted.test(slots)) {
          return slots;
        }
        last = slots;
      }
      throw new AssertionError(
          "no frame in which "
              + what
              + "; the last begins with "
              + (last.length > 4 ? last[1] + ", " + last[2] + ", " + last[3] : "nothing"));
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  @Test
  void aPadAndASensorMoveSlotsAndAMasterDarkensThem(@TempDir Path folder) throws Exception {
    int osc = FreePort.find();
    try (Node node = Node.open();
        OscSocket desk = new OscSocket()) {
      Path file =
          Files.writeString(
              folder.resolve("clasp.yaml"),
              """
              server:
                mqtt: {main_port: true}
              bridges:
                - name: desk
                  protocol: osc
                  settings: {bind: "127.0.0.1:%d"}
                  mapping:
                    - from: "/touchosc/1/xy1"
                      to: "/artnet/0/0/0/{i+1}"
                      transform: [{type: scale, to_max: 255}, round, to_int]
                - name: rig
                  protocol: artnet
                  direction: out
                  settings:
                    bind: "127.0.0.1:0"
                    send: targets
                    targets: ["127.0.0.1:%d"]
                    node: false
                    controller: false
                    gather: 100ms
                  mapping:
                    - {from: "/master", to: "/osc/master", direction: out}
                    - {from: "/0/3", to: "/mqtt/sensors/motion/hall", direction: out}
              """
                  .formatted(osc, node.socket().getLocalPort()));
      try (ServerProcess server =
          ServerProcess.startIn(ServerProcess::withHangup, "--config", file.toString())) {
        MosquittoClients house = MosquittoClients.of(server.url().getPort());
        house.publish("sensors/motion/hall", "true", "-r", "-q", "1");
        node.await("motion in the hall lights slot 3", slots -> slots[3] == 255);

        OscMessage pad =
            new OscMessage(
                "/touchosc/1/xy1", new OscArgument.Float32(0.25f), new OscArgument.Float32(1));
        // Nobody says when a bridge listens: the pad is touched until something comes. Both are in
        // one frame, unless the second takes longer than what is gathered.
        int[] moved =
            node.await(
                "the pad has moved",
                () -> desk.send(osc, pad),
                slots -> slots[1] == 64 && slots[2] == 255);
        assertThat(moved[3]).isEqualTo(255);

        desk.send(osc, "/master", 0.5);
        int[] dark = node.await("the master halves all", slots -> slots[1] == 32);
        assertThat(dark[2]).isBetween(127, 128);
        assertThat(dark[3]).isBetween(127, 128);

        house.publish("sensors/motion/hall", "false", "-r", "-q", "1");
        node.await("nobody moves in the hall", slots -> slots[3] == 0);
      }
    }
  }

  /** S15: a controller with faders and lamps, on the other end of a cable of TCP. */
  @Test
  void aMidiFaderMovesASlotAndItsLampFollowsTheDesk(@TempDir Path folder) throws Exception {
    try (Node node = Node.open();
        ServerSocket cable = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      cable.setSoTimeout((int) Patience.LIMIT.toMillis());
      Path file =
          Files.writeString(
              folder.resolve("clasp.yaml"),
              """
              bridges:
                - name: faders
                  protocol: midi
                  settings: {port: "tcp://127.0.0.1:%d", device_name: keys}
                  mapping:
                    - from: "/keys/ch/0/cc/{n}"
                      to: "/artnet/0/0/0/{n}"
                      direction: in
                      transform: [{type: scale, from_max: 127, to_max: 255}, round, to_int]
                - name: rig
                  protocol: artnet
                  direction: out
                  settings:
                    bind: "127.0.0.1:0"
                    send: targets
                    targets: ["127.0.0.1:%d"]
                    node: false
                    controller: false
              """
                  .formatted(cable.getLocalPort(), node.socket().getLocalPort()));
      try (ServerProcess server =
              ServerProcess.startIn(ServerProcess::withHangup, "--config", file.toString());
          Socket keys = cable.accept();
          ClaspClient desk =
              ClaspClient.builder(server.url().toString())
                  .connectTimeout(Patience.START)
                  .requestTimeout(Patience.LIMIT)
                  .connectBlocking()) {
        keys.setSoTimeout((int) Patience.LIMIT.toMillis());
        // Two faders with one status byte, and a clock between them.
        keys.getOutputStream().write(HexFormat.of().parseHex("b0017ff80240"));

        int[] lit = node.await("both faders are up", slots -> slots[1] == 255 && slots[2] > 0);
        assertThat(lit[2]).isBetween(128, 129);

        desk.blocking().set("/midi/keys/ch/0/cc/20", Value.of(127));
        assertThat(keys.getInputStream().readNBytes(3))
            .isEqualTo(HexFormat.of().parseHex("b0147f"));
      }
    }
  }
}
