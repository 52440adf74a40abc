package dev.clasp.adapterhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import dev.clasp.transport.HttpBody;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A listener that reads when the test says so. */
final class SlowListenerTest {

  /** The other end of an answer. */
  private static final class Peer implements HttpBody {

    private final ByteArrayOutputStream got = new ByteArrayOutputStream();
    private boolean open;
    private boolean ended;
    private Runnable whenWritable = () -> {};
    private Runnable whenEnded = () -> {};

    @Override
    public synchronized boolean write(byte[] piece) {
      got.writeBytes(piece);
      return !ended;
    }

    @Override
    public synchronized boolean writable() {
      return open && !ended;
    }

    @Override
    public void whenWritable(Runnable task) {
      whenWritable = task;
    }

    @Override
    public void whenEnded(Runnable task) {
      whenEnded = task;
    }

    @Override
    public void end() {
      synchronized (this) {
        if (ended) {
          return;
        }
        ended = true;
      }
      whenEnded.run();
    }

    synchronized String text() {
      return got.toString(StandardCharsets.UTF_8);
    }

    synchronized boolean isEnded() {
      return ended;
    }

    void reads(boolean value) {
      synchronized (this) {
        open = value;
      }
      if (value) {
        whenWritable.run();
      }
    }
  }

  private static Peer listen(Site site, String query) throws InterruptedException {
    BlockingQueue<HttpReply> answer = new LinkedBlockingQueue<>();
    site.adapter.handle(
        new HttpQuery(
            new InetSocketAddress("127.0.0.1", 9),
            "GET",
            "/v1/events",
            query,
            Map.of("host", "localhost"),
            new byte[0]),
        answer::add);
    HttpReply reply = Objects.requireNonNull(answer.poll(30, TimeUnit.SECONDS));
    assertThat(reply.status()).isEqualTo(200);
    Peer peer = new Peer();
    reply.stream().orElseThrow().accept(peer);
    return peer;
  }

  @Test
  void getsTheNewestOfEachParameterWhenItReadsAgain() throws Exception {
    try (Site site = Site.open();
        ClaspClient client = site.clasp()) {
      Peer peer = listen(site, "pattern=/p/*");
      Peer quick = listen(site, "pattern=/p/*");
      quick.reads(true);
      for (int i = 0; i < 1000; i++) {
        client.set("/p/" + i % 2, i).join();
      }
      Eventually.is("everything was told", () -> quick.text().contains("\"value\":999,"));
      assertThat(peer.text()).isEqualTo("retry: 2000\n\n");
      peer.reads(true);
      Eventually.is("the newest come", () -> peer.text().contains("\"value\":999,"));
      assertThat(peer.text().split("data: ", -1)).hasSize(3);
      assertThat(peer.text()).contains("\"value\":998,");
    }
  }

  @Test
  void isEndedRatherThanThatAnEventIsLeftOut() throws Exception {
    try (Site site = Site.open();
        ClaspClient client = site.clasp()) {
      Peer peer = listen(site, "pattern=/e&capacity=16");
      Peer quick = listen(site, "pattern=/e");
      quick.reads(true);
      for (int i = 0; i < 30; i++) {
        client.emit("/e", Value.of((long) i)).join();
      }
      Eventually.is("all were told", () -> quick.text().contains("\"value\":29"));
      peer.reads(true);
      Eventually.is("it ends", peer::isEnded);
      assertThat(peer.text())
          .contains("\"value\":15")
          .doesNotContain("\"value\":16")
          .contains("event: error")
          .contains("listener-too-slow");
      Eventually.is("its place is free", () -> site.now("streams_now") == 1);
    }
  }

  @Test
  void samplesAreDroppedTheOldestFirst() throws Exception {
    try (Site site = Site.open();
        ClaspClient client = site.clasp()) {
      Peer peer = listen(site, "pattern=/s&capacity=16");
      Peer quick = listen(site, "pattern=/s");
      quick.reads(true);
      for (int i = 0; i < 30; i++) {
        client.stream("/s", Value.of((long) i)).join();
      }
      Eventually.is("all were told", () -> quick.text().contains("\"value\":29"));
      peer.reads(true);
      Eventually.is("the newest come", () -> peer.text().contains("\"value\":29"));
      assertThat(peer.text().split("data: ", -1)).hasSize(17);
      assertThat(peer.text()).contains("\"value\":14").doesNotContain("\"value\":13");
    }
  }
}
