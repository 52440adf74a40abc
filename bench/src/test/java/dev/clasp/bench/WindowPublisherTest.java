package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WindowPublisherTest {

  private final FakeOutlet out = new FakeOutlet();
  private final DeliveryWindow window = new DeliveryWindow(4, 1);
  private final WindowPublisher publisher =
      new WindowPublisher(out, new FakeClock(), window, List.of(FrameTemplate.publish("/p", 8)));

  @Test
  void fillsTheWindowInOneCallAndRefillsIt() {
    publisher.start();
    assertThat(out.take()).containsExactly(0L, 1L, 2L, 3L);
    assertThat(out.flushes).isEqualTo(1);
    publisher.pump();
    assertThat(out.take()).isEmpty();
    window.shardHasIt(0);
    window.shardHasIt(1);
    publisher.pump();
    assertThat(out.take()).containsExactly(4L, 5L);
  }

  @Test
  void waitsForTheConnection() {
    out.writable = false;
    publisher.start();
    assertThat(out.take()).isEmpty();
    out.writable = true;
    publisher.writable();
    assertThat(out.take()).hasSize(4);
  }

  @Test
  void sendsNothingAfterStop() {
    publisher.start();
    out.take();
    publisher.stop();
    window.shardHasIt(0);
    publisher.pump();
    assertThat(out.take()).isEmpty();
  }
}
