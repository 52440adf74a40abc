package dev.clasp.adapterosc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.osc.OscCodec;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.Companion;
import dev.clasp.server.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * How many messages a second the adapter takes, beside a socket that does nothing with them. Its
 * name keeps it out of the build: {@code mvn -pl adapter-osc -am test -Dtest=OscLoad}. What it
 * prints depends on the machine; nothing about time is asserted.
 */
class OscLoad {

  private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();
  private static final int ADDRESSES = 100;
  private static final long SECOND = 1_000_000_000L;

  @Test
  void asFastAsOneSenderCan() throws Exception {
    for (int round = 0; round < 2; round++) {
      bare();
      adapter(0, 4);
    }
  }

  @Test
  void aHundredThousandASecond() throws Exception {
    adapter(100_000, 10);
  }

  private static void bare() throws Exception {
    try (DatagramChannel sink = DatagramChannel.open()) {
      sink.setOption(StandardSocketOptions.SO_RCVBUF, 4 << 20);
      sink.bind(new InetSocketAddress(LOCAL, 0));
      AtomicLong received = new AtomicLong();
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            ByteBuffer into = ByteBuffer.allocateDirect(65_536);
            try {
              while (true) {
                into.clear();
                sink.receive(into);
                received.incrementAndGet();
              }
            } catch (IOException e) {
              // The end.
            }
          });
      long sent = send((InetSocketAddress) sink.getLocalAddress(), 0, 4);
      System.out.printf("bare socket: sent %d/s, received %d/s%n", sent / 4, received.get() / 4);
    }
  }

  private static void adapter(int perSecond, int seconds) throws Exception {
    AtomicReference<@Nullable Companion> made = new AtomicReference<>();
    Companion.Factory factory =
        server -> {
          Companion companion =
              OscAdapter.factory(OscAdapterConfig.DEFAULT.withUdpPort(0)).create(server);
          made.set(companion);
          return companion;
        };
    try (ClaspServer server =
        ClaspServer.start(
            ServerConfig.DEFAULT.withPort(0).withLoops(1).withCompanions(List.of(factory)))) {
      if (!(made.get() instanceof OscAdapter adapter)) {
        throw new AssertionError();
      }
      InetSocketAddress to =
          new InetSocketAddress(LOCAL, adapter.udpAddress().orElseThrow().getPort());
      long sent = send(to, perSecond, seconds);
      Thread.sleep(500);
      long got = adapter.counters().getOrDefault("messages", 0L);
      System.out.printf(
          "adapter: sent %d/s, routed %d/s (%.2f %% of what was sent)%n",
          sent / seconds, got / seconds, 100.0 * got / sent);
      List<String> last =
          server.router().parameters(AddressPattern.parse("/osc/**"), ADDRESSES).stream()
              .map(status -> NativeClient.text(status.value()))
              .toList();
      assertThat(last).hasSize(ADDRESSES);
      if (got == sent) {
        assertThat(last).allMatch(value -> Long.parseLong(value) > sent / ADDRESSES - 2);
        System.out.println("the last value of every address is there");
      }
    }
  }

  /** Sends for some seconds; how many. */
  private static long send(InetSocketAddress to, int perSecond, int seconds) throws Exception {
    AtomicLong sent = new AtomicLong();
    AtomicBoolean running = new AtomicBoolean(true);
    try (DatagramChannel channel = DatagramChannel.open()) {
      channel.bind(new InetSocketAddress(LOCAL, 0));
      channel.connect(to);
      ByteBuffer[] packets = new ByteBuffer[ADDRESSES];
      for (int i = 0; i < ADDRESSES; i++) {
        byte[] packet = OscCodec.encode(Bench.message("/ch/" + i + "/level", 0));
        packets[i] = ByteBuffer.allocateDirect(packet.length).put(packet);
      }
      long start = System.nanoTime();
      long end = start + seconds * SECOND;
      int round = 0;
      while (running.get()) {
        round++;
        for (ByteBuffer packet : packets) {
          packet.putInt(packet.capacity() - 4, round).position(0).limit(packet.capacity());
          channel.write(packet);
        }
        sent.addAndGet(ADDRESSES);
        long now = System.nanoTime();
        if (now >= end) {
          running.set(false);
        } else if (perSecond > 0) {
          long due = start + (long) ((double) sent.get() / perSecond * SECOND);
          while (due - System.nanoTime() > 50_000) {
            LockSupport.parkNanos(due - System.nanoTime());
          }
        }
      }
    }
    return sent.get();
  }
}
