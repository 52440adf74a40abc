package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.testkit.RawPeer;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** New connections wait when too many come at once. With a clock that stands still. */
class AcceptPaceTest {

  private final ConnectionCounts counts = new ConnectionCounts(System::nanoTime);

  /** 100 a second: five in each twentieth. */
  private final EmbeddedChannel listener = new EmbeddedChannel(new AcceptPace(100, counts));

  private boolean accepts() {
    return listener.config().isAutoRead();
  }

  private void arrive(int connections) {
    for (int i = 0; i < connections; i++) {
      listener.writeInbound("connection");
    }
  }

  private void passMillis(int millis) {
    listener.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    listener.runScheduledPendingTasks();
  }

  EmbeddedChannel frozen() {
    listener.freezeTime();
    return listener;
  }

  @Test
  void fewAreTakenAtOnce() {
    frozen();
    for (int i = 0; i < 50; i++) {
      arrive(4);
      assertThat(accepts()).isTrue();
      passMillis(50);
    }
    assertThat(counts.of(ConnectionCounter.PACED)).isZero();
  }

  @Test
  void manyWaitForTheNextTwentiethOfASecond() {
    frozen();
    arrive(5);
    assertThat(accepts()).isFalse();
    passMillis(49);
    assertThat(accepts()).isFalse();
    passMillis(1);
    assertThat(accepts()).isTrue();
    assertThat(counts.of(ConnectionCounter.PACED)).isEqualTo(1);
  }

  @Test
  void aBatchThatWasTooLargeCostsTheTimeThatItTook() {
    frozen();
    arrive(16);
    passMillis(50);
    assertThat(accepts()).isFalse();
    passMillis(50);
    assertThat(accepts()).isFalse();
    passMillis(50);
    assertThat(accepts()).isTrue();
  }

  /** T-22: the system has no files left, say. */
  @Test
  void whenNothingCanBeAcceptedTheListenerRestsForASecond() throws Exception {
    EventLoops loops = EventLoops.create("accept", 1);
    LinkServer server = LinkServer.builder().loops(loops).acceptor(new Recorder()).build();
    try {
      server.start();
      Channel channel = server.listener().orElseThrow();
      CompletableFuture<Boolean> accepts = new CompletableFuture<>();
      channel
          .eventLoop()
          .execute(() -> {
            channel.pipeline().fireExceptionCaught(new IOException("Too many open files"));
            accepts.complete(channel.config().isAutoRead());
          });

      assertThat(accepts.get(20, TimeUnit.SECONDS)).as("it does not spin").isFalse();
      assertThat(server.lobby().count(ConnectionCounter.ACCEPT_FAILED)).isEqualTo(1);
      try (RawPeer peer = RawPeer.connect(server.address())) {
        peer.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(peer.readHead()).as("and goes on by itself").startsWith("HTTP/1.1 200");
      }
    } finally {
      server.close();
      loops.close();
    }
  }

  @Test
  void withoutALimitNobodyWaits() {
    EmbeddedChannel open = new EmbeddedChannel(new AcceptPace(0, counts));
    for (int i = 0; i < 10_000; i++) {
      open.writeInbound("connection");
    }
    assertThat(open.config().isAutoRead()).isTrue();
    open.finishAndReleaseAll();
  }

  @Test
  void nothingIsLost() {
    frozen();
    arrive(16);
    assertThat(listener.inboundMessages()).hasSize(16);
  }
}
