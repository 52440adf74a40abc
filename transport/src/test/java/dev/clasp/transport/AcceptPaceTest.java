package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
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

  @Test
  void nothingIsLost() {
    frozen();
    arrive(16);
    assertThat(listener.inboundMessages()).hasSize(16);
  }
}
