package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.router.spi.Connection;
import dev.clasp.security.Constraint;
import dev.clasp.testkit.FakeAuthenticator;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the rights of a session cost once they are known: nothing that has to be collected. */
class SteadyWriteTest {

  private static final int ADDRESSES = 100;

  private final FakeAuthenticator tokens =
      new FakeAuthenticator()
          .admit("scoped", "read:/x/**", "write:/a/*/b", "write:/steady/**")
          .admit(
              "constrained",
              FakeAuthenticator.identity(
                  "constrained",
                  List.of(
                      new Constraint(
                          AddressPattern.parse("/steady/**"),
                          Optional.of(new Constraint.Range(0, 1)),
                          OptionalDouble.of(1e9))),
                  OptionalLong.empty(),
                  "write:/**"));

  /** A connection that takes everything and keeps nothing. */
  private static final class Sink implements Connection {
    @Override
    public Framing framing() {
      return Framing.BARE;
    }

    @Override
    public String peer() {
      return "test";
    }

    @Override
    public String transport() {
      return "memory";
    }

    @Override
    public void write(byte[] framed, int offset, int length) {}

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void reading(boolean enabled) {}

    @Override
    public void close(CloseReason reason) {
      throw new AssertionError("closed: " + reason);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"open", "scoped", "constrained"})
  void aFaderThatMovesAllocatesNothing(String token) {
    TestRouter t = token.equals("open") ? new TestRouter() : new TestRouter(c -> c, tokens);
    RouterConnection connection = t.router.open(t.lane, new Sink());
    send(
        connection,
        FrameCodec.encode(
            new Message.Hello(1, Set.of(), "fader", Optional.of(token), Optional.empty())));
    t.time.runAll();
    byte[][] sets = new byte[ADDRESSES][];
    for (int i = 0; i < ADDRESSES; i++) {
      sets[i] =
          FrameCodec.encode(TestPeer.setOf("/steady/" + i + "/value", Value.of(0.5)), Qos.FIRE);
    }
    run(connection, sets, 200);
    assertThat(t.router.count(Counter.SETS)).isEqualTo(200L * ADDRESSES);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    // Until the compiler has done its work, and nothing of the machine itself gets in between.
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 1000 && least >= 100 * ADDRESSES; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      run(connection, sets, 100);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least / (100.0 * ADDRESSES)).as("bytes for each SET").isLessThan(1);
  }

  private static void run(RouterConnection connection, byte[][] frames, int times) {
    for (int n = 0; n < times; n++) {
      for (byte[] frame : frames) {
        send(connection, frame);
      }
    }
  }

  private static void send(RouterConnection connection, byte[] frame) {
    connection.frame(frame, 0, frame.length);
    connection.readComplete();
  }
}
