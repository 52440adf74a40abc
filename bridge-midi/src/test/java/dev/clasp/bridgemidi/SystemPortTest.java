package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What drivers do that the devices of a test cannot be made to do. */
class SystemPortTest {

  private final Drivers drivers = new Drivers();
  private final HeardPort heard = new HeardPort();
  private final MidiPort port =
      new MidiPorts(List.of(drivers), List.of())
          .named(
              "Keys",
              Optional.of(PortPattern.parse("Keys")),
              Optional.of(PortPattern.parse("Keys")),
              Optional.empty(),
              Map.of());

  @AfterEach
  void close() {
    port.close();
  }

  /** A machine whose devices come in two halves, and fail. */
  private static final class Drivers implements PortSystem {
    final List<FoundPort> there = new CopyOnWriteArrayList<>();
    final List<String> sent = new CopyOnWriteArrayList<>();
    final AtomicInteger opened = new AtomicInteger();
    volatile boolean broken;

    @Override
    public String name() {
      return "test";
    }

    @Override
    public Optional<String> missing() {
      return Optional.empty();
    }

    @Override
    public List<FoundPort> list() {
      return List.copyOf(there);
    }

    @Override
    public OpenPort openInput(FoundPort found, Sink sink) {
      return () -> {};
    }

    @Override
    public OpenPort openOutput(FoundPort found) {
      opened.incrementAndGet();
      broken = false;
      return new OpenPort() {
        @Override
        public void send(byte[] message) throws IOException {
          if (broken) {
            throw new IOException("the handle is stale");
          }
          sent.add(HexFormat.of().formatHex(message));
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public OpenPort virtual(String name, Sink sink) throws IOException {
      throw new IOException("not here");
    }

    @Override
    public Runnable watch(Runnable changed) {
      return () -> {};
    }
  }

  private static FoundPort half(boolean input) {
    return new FoundPort("test", input ? "in" : "out", "Keys", "", input, !input, false);
  }

  @Test
  void anOutputThatComesBehindItsInputIsAConnectionOfItsOwn() {
    drivers.there.add(half(true));
    port.open(heard);
    Eventually.is("the input is there", () -> heard.state().equals("up Keys in, no output Keys"));
    drivers.there.add(half(false));
    Eventually.is("both are", () -> heard.state().equals("up Keys in and out"));
    assertThat(heard.states)
        .as("down first, so that it is told the last values")
        .endsWith("down the output has come", "up Keys in and out");
  }

  @Test
  void anOutputThatFailsIsOpenedAnew() {
    drivers.there.addAll(List.of(half(true), half(false)));
    port.open(heard);
    Eventually.is("up", () -> heard.state().equals("up Keys in and out"));
    drivers.broken = true;
    port.send(new byte[] {(byte) 0xB0, 7, 1}, 0);
    Eventually.is(
        "the loss is told", () -> heard.troubles.contains("lost Keys: the handle is stale"));
    Eventually.is("opened again", () -> drivers.opened.get() == 2 && !drivers.broken);
    Eventually.is(
        "and it sends",
        () -> {
          port.send(new byte[] {(byte) 0xB0, 7, 2}, 0);
          return drivers.sent.contains("b00702");
        });
  }

  @Test
  void sessionsOfTheNetworkAreListedOnlyWhenAskedFor() {
    MidiScheme network =
        new MidiScheme() {
          @Override
          public List<String> names() {
            return List.of("rtp");
          }

          @Override
          public List<String> help() {
            return List.of();
          }

          @Override
          public MidiPort port(
              String address, Map<String, Value> options, EndpointContext context) {
            throw new AssertionError("nothing is opened");
          }

          @Override
          public List<FoundPort> list(long nanos) {
            return List.of(
                new FoundPort("rtp", "rtp://10.0.0.9:5004", "Hall", "", true, true, false));
          }
        };
    drivers.there.add(half(true));
    MidiPorts ports = new MidiPorts(List.of(drivers), List.of(network));
    assertThat(ListedPort.all(ports, 0).ports()).extracting(ListedPort::name).containsOnly("Keys");
    assertThat(ListedPort.all(ports, 1).ports())
        .containsExactly(
            new ListedPort(0, "Keys", "test", "", true, false),
            new ListedPort(-1, "rtp://10.0.0.9:5004", "rtp", "Hall", true, false),
            new ListedPort(-1, "rtp://10.0.0.9:5004", "rtp", "Hall", false, false));
  }
}
