package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** With real sockets on 127.0.0.1. */
class BroadcastResponderTest {

  private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();
  private static final int PATIENCE_MILLIS = 20_000;

  private static byte[] ask(DatagramSocket socket, int port) throws Exception {
    byte[] probe = ProbeFrames.plainProbe();
    socket.send(new DatagramPacket(probe, probe.length, LOCAL, port));
    DatagramPacket reply = new DatagramPacket(new byte[2048], 2048);
    socket.receive(reply);
    return Arrays.copyOf(reply.getData(), reply.getLength());
  }

  @Test
  void answersTheProbeOfTheReferenceAlsoBehindAPacketThatEndsTheReference() throws Exception {
    try (BroadcastResponder responder =
            new BroadcastResponder(MdnsResponderTest.STUDIO, 0, Optional.of(LOCAL));
        DatagramSocket socket = new DatagramSocket(0, LOCAL)) {
      responder.start();
      int port = responder.address().getPort();
      socket.setSoTimeout(PATIENCE_MILLIS);
      for (String bad :
          new String[] {"", "5301000101", "53", "00".repeat(2040), "ff".repeat(4000)}) {
        byte[] bytes = HexFormat.of().parseHex(bad);
        socket.send(new DatagramPacket(bytes, bytes.length, LOCAL, port));
      }
      byte[] reply = ask(socket, port);
      assertThat(ProbeFrames.reply(reply, reply.length).orElseThrow().welcome().session())
          .isEqualTo(MdnsResponderTest.ID.toString());
      assertThat(responder.count(ProbeCounter.REPLIES)).isOne();
    }
  }

  @Test
  void aPortThatIsTakenIsSaidInASentence() throws Exception {
    try (DatagramSocket taken = new DatagramSocket(0, LOCAL);
        BroadcastResponder responder =
            new BroadcastResponder(
                MdnsResponderTest.STUDIO, taken.getLocalPort(), Optional.of(LOCAL))) {
      assertThatThrownBy(responder::start)
          .isInstanceOf(DiscoveryException.class)
          .hasMessageContaining("UDP port " + taken.getLocalPort())
          .hasMessageContaining("in use");
    }
  }

  @Test
  void ourSourceFindsOurResponder() throws Exception {
    BlockingQueue<DiscoveryEvent> events = new ArrayBlockingQueue<>(10);
    try (BroadcastResponder responder =
        new BroadcastResponder(MdnsResponderTest.STUDIO, 0, Optional.of(LOCAL))) {
      responder.start();
      BroadcastSource source =
          new BroadcastSource(
              () -> List.of(new InetSocketAddress(LOCAL, responder.address().getPort())),
              BroadcastSource.DEFAULT_INTERVAL);
      try (source) {
        source.start(events::add);
        DiscoveryEvent event = events.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        assertThat(event)
            .isInstanceOfSatisfying(
                DiscoveryEvent.Found.class,
                found -> {
                  assertThat(found.device().stableId()).contains(MdnsResponderTest.ID.toString());
                  assertThat(found.device().endpoints())
                      .containsEntry("ws", "ws://127.0.0.1:7330/clasp");
                });
      }
      assertThatThrownBy(() -> source.start(events::add)).isInstanceOf(IllegalStateException.class);
    }
  }
}
