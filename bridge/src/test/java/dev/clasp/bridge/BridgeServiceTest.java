package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The service as another program talks to it. */
@Timeout(60)
class BridgeServiceTest {

  private final FakeProvider protocol = new FakeProvider();
  private final PipedOutputStream requests = new PipedOutputStream();
  private final PipedInputStream replies = new PipedInputStream(1 << 20);
  private final BufferedReader reader =
      new BufferedReader(new InputStreamReader(replies, StandardCharsets.UTF_8));
  private Thread serving = Thread.currentThread();
  private final List<String> levels = new ArrayList<>();
  private final BlockingQueue<String> connections = new LinkedBlockingQueue<>();

  private final BridgeService.Surroundings surroundings =
      new BridgeService.Surroundings() {
        @Override
        public String version() {
          return "1.2.3";
        }

        @Override
        public Optional<BridgeService.Route> standardRoute(String bridge) {
          return Optional.empty();
        }

        @Override
        public void setLogLevel(String level) {
          if (!level.equals("debug")) {
            throw new IllegalArgumentException(level);
          }
          levels.add(level);
        }

        @Override
        public CompletableFuture<ClaspClient> connect(String bridge, BridgeService.Route route) {
          connections.add(bridge + " " + route.url() + " " + route.token().orElse("-"));
          return CompletableFuture.failedFuture(
              ClaspException.of(ClaspException.Kind.UNREACHABLE, "nobody is there"));
        }
      };

  @BeforeEach
  void start() throws IOException {
    BridgeService service =
        new BridgeService(
            List.of(protocol),
            surroundings,
            new PipedInputStream(requests),
            new PipedOutputStream(replies));
    serving =
        Thread.ofVirtual()
            .start(() -> {
              try {
                service.run();
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    Value ready = next("ready");
    assertThat(text(ready, "version")).isEqualTo("1.2.3");
    assertThat(at(ready, "protocol")).isEqualTo(Value.of(2));
    assertThat(at(ready, "protocols")).isEqualTo(Value.of(List.of(Value.of("fake"))));
  }

  @AfterEach
  void stop() throws Exception {
    requests.close();
    serving.join();
    assertThat(protocol.endpoints).allMatch(endpoint -> endpoint.closed);
  }

  /** The next line of that kind; what comes before is skipped. */
  private Value next(String... types) throws IOException {
    while (true) {
      String line = reader.readLine();
      assertThat(line).as("the service ended").isNotNull();
      Value value = JsonValues.parse(line).orElseThrow(() -> new AssertionError(line));
      if (List.of(types).contains(text(value, "type"))) {
        return value;
      }
    }
  }

  private Value ask(String request) throws IOException {
    requests.write((request.replace('\'', '"') + "\n").getBytes(StandardCharsets.UTF_8));
    requests.flush();
    return next("ok", "error");
  }

  /** Within the time of the test. */
  private static void until(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(5_000_000);
    }
  }

  private static Value at(Value value, String... path) {
    Value at = value;
    for (String name : path) {
      at = ((Value.Map) at).entries().getOrDefault(name, Value.NULL);
    }
    return at;
  }

  private static String text(Value value, String... path) {
    return at(value, path) instanceof Value.Text(String text) ? text : "" + at(value, path);
  }

  @Test
  void pingsAndRequestIds() throws IOException {
    assertThat(ask("{'type':'ping'}"))
        .isEqualTo(
            Value.of(Map.of("type", Value.of("ok"), "data", Value.of(Map.of("pong", Value.TRUE)))));
    assertThat(at(ask("{'type':'ping','request_id':7}"), "request_id")).isEqualTo(Value.of(7));
    assertThat(at(ask("{'type':'nonsense','request_id':'x'}"), "request_id"))
        .isEqualTo(Value.of("x"));
  }

  @Test
  void mistakesAreAnsweredAndTheNextRequestIsServed() throws IOException {
    assertThat(text(ask("{'type':"), "message")).startsWith("Invalid JSON: ");
    assertThat(text(ask("5"), "message")).startsWith("Invalid JSON: ");
    assertThat(text(ask("{}"), "message")).isEqualTo("type is missing");
    assertThat(text(ask("{'type':'fly'}"), "message")).isEqualTo("Unknown request type: fly");
    assertThat(text(ask("{'type':'create_bridge','source':'fax'}"), "message"))
        .isEqualTo("Unsupported source protocol: fax");
    assertThat(text(ask("{'type':'delete_bridge','id':'x'}"), "message"))
        .isEqualTo("Bridge not found: x");
    assertThat(text(ask("{'type':'get_diagnostics','bridge_id':'x'}"), "message"))
        .isEqualTo("Bridge not found: x");
    assertThat(text(ask("{'type':'ping','pad':'" + "x".repeat(2 << 20) + "'}"), "message"))
        .startsWith("Invalid JSON: ");
    assertThat(text(ask("{'type':'ping'}"), "type")).isEqualTo("ok");
  }

  @Test
  void aBridgeLivesFromCreateToDelete() throws IOException {
    assertThat(text(ask("{'type':'health_check'}"), "data", "status")).isEqualTo("idle");
    Value created =
        ask(
            "{'type':'create_bridge','id':'one','source':'fake','source_addr':':9001',"
                + "'target':'fake','target_addr':'10.0.0.1:9002','config':{'namespace':'/x'}}");
    assertThat(text(created, "data", "id")).isEqualTo("one");
    assertThat(at(created, "data", "active")).isEqualTo(Value.TRUE);
    assertThat(protocol.last().settings.text("bind")).hasValue(":9001");
    assertThat(protocol.last().settings.text("target")).hasValue("10.0.0.1:9002");

    protocol.last().says("/fader", Value.of(new byte[] {1, 2, 3}));
    Value signal = next("signal");
    assertThat(text(signal, "bridge_id")).isEqualTo("one");
    assertThat(text(signal, "address")).isEqualTo("/x/fader");
    assertThat(text(signal, "value")).as("Base64").isEqualTo("AQID");

    protocol
        .last()
        .context
        .receive(
            new Parcel(
                List.of(
                    new MappedSignal("/a", SignalType.PARAM, Value.of(1)),
                    new MappedSignal("/b", SignalType.PARAM, Value.of(2))),
                true,
                OptionalLong.empty(),
                Optional.empty()));
    assertThat(text(next("signal"), "address")).isEqualTo("/x/a");
    assertThat(text(next("signal"), "address")).isEqualTo("/x/b");

    assertThat(
            at(
                ask("{'type':'send_signal','bridge_id':'one','address':'/x/lamp','value':5}"),
                "data",
                "sent"))
        .isEqualTo(Value.TRUE);
    assertThat(
            text(
                ask("{'type':'send_signal','bridge_id':'one','address':'/y','value':5}"),
                "message"))
        .contains("/y goes nowhere");

    Value diagnostics = ask("{'type':'get_diagnostics','bridge_id':'one'}");
    assertThat(text(diagnostics, "data", "status")).isEqualTo("running");
    assertThat(at(diagnostics, "data", "metrics", "messages_received")).isEqualTo(Value.of(3));
    assertThat(text(ask("{'type':'health_check'}"), "data", "status")).isEqualTo("healthy");
    assertThat(at(ask("{'type':'list_bridges'}"), "data"))
        .isInstanceOfSatisfying(Value.Array.class, list -> assertThat(list.values()).hasSize(1));

    ask("{'type':'delete_bridge','id':'one'}");
    assertThat(protocol.last().closed).isTrue();
    assertThat(text(ask("{'type':'health_check'}"), "data", "status")).isEqualTo("idle");
  }

  /** Operations.md 14.4. Whoever reads slowly gets the newest values, so not all need to come. */
  @Test
  void requestsAreAnsweredInOrderBetweenTenThousandSignals() throws Exception {
    ask("{'type':'create_bridge','id':'one','source':'fake'}");
    FakeProvider.FakeEndpoint endpoint = protocol.last();
    Thread signals =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < 10_000; i++) {
                endpoint.says("/f" + i, Value.of(i));
              }
            });
    for (int i = 0; i < 500; i++) {
      // Reads every line until the answer: one that is broken fails.
      assertThat(at(ask("{'type':'ping','request_id':" + i + "}"), "request_id"))
          .isEqualTo(Value.of(i));
    }
    signals.join();
    endpoint.says("/end", Value.TRUE);
    while (!text(next("signal"), "address").equals("/fake/end")) {
      // Each line is looked at.
    }
  }

  @Test
  void anIdThatIsUsedAgainStopsItsFirstBridge() throws IOException {
    ask("{'type':'create_bridge','id':'one','source':'fake'}");
    ask("{'type':'create_bridge','id':'one','source':'fake'}");
    assertThat(protocol.endpoints).hasSize(2);
    assertThat(protocol.endpoints.getFirst().closed).isTrue();
    assertThat(protocol.endpoints.getLast().closed).isFalse();
  }

  @Test
  void whoDoesNotWantThatSaysSo() throws IOException {
    ask("{'type':'create_bridge','id':'one','source':'fake'}");
    assertThat(
            text(
                ask("{'type':'create_bridge','id':'one','source':'fake','replace':false}"),
                "message"))
        .isEqualTo("Bridge exists: one");
    assertThat(protocol.endpoints.getFirst().closed).isFalse();
  }

  @Test
  void anUpdateChangesWhatItNamesAndARestartOpensItAnew() throws IOException {
    ask("{'type':'create_bridge','id':'one','source':'fake','source_addr':':9001'}");
    Value updated = ask("{'type':'update_bridge','id':'one','source_addr':':9002'}");
    assertThat(text(updated, "data", "source_addr")).isEqualTo(":9002");
    until(() -> protocol.last().settings.text("bind").equals(Optional.of(":9002")));
    int before = protocol.endpoints.size();
    ask("{'type':'restart_bridge','id':'one'}");
    until(() -> protocol.endpoints.size() > before);
    assertThat(text(ask("{'type':'update_bridge','id':'one','config':{'x':1}}"), "message"))
        .contains("there is no setting x");
    assertThat(text(ask("{'type':'restart_bridge','id':'two'}"), "message"))
        .isEqualTo("Bridge not found: two");
  }

  @Test
  void aBridgeWhoseTargetIsARouterConnectsToItWithItsToken() throws Exception {
    assertThat(
            text(
                ask(
                    "{'type':'create_bridge','id':'one','source':'fake','target':'clasp',"
                        + "'target_addr':'nowhere://x'}"),
                "message"))
        .startsWith("Failed to start bridge: target_addr: ");
    ask(
        "{'type':'create_bridge','id':'one','source':'fake','target':'clasp',"
            + "'target_addr':'ws://127.0.0.1:7330','config':{'token':'cpsk_x'}}");
    assertThat(connections.take()).isEqualTo("one ws://127.0.0.1:7330 cpsk_x");
  }

  @Test
  void theDesktopApplicationTriesABridgeByItsAddress() throws IOException {
    ask("{'type':'create_bridge','id':'one','source':'fake','source_addr':':9001'}");
    assertThat(
            at(
                ask(
                    "{'type':'send_signal','protocol':'fake','target_addr':':9001',"
                        + "'signal':{'address':'/fake/lamp','value':1}}"),
                "data",
                "sent"))
        .isEqualTo(Value.TRUE);
    assertThat(
            text(
                ask(
                    "{'type':'send_signal','protocol':'fake','target_addr':':1',"
                        + "'signal':{'address':'/fake/lamp','value':1}}"),
                "message"))
        .isEqualTo("Bridge not found: fake at :1");
  }

  @Test
  void metricsComeAsOftenAsWanted() throws IOException {
    ask("{'type':'create_bridge','id':'one','source':'fake'}");
    assertThat(text(ask("{'type':'subscribe_metrics','interval_ms':5}"), "message"))
        .contains("100 to 3600000");
    assertThat(at(ask("{'type':'subscribe_metrics','interval_ms':100}"), "data", "interval_ms"))
        .isEqualTo(Value.of(100));
    assertThat(at(next("metrics"), "bridges"))
        .isInstanceOfSatisfying(Value.Array.class, list -> assertThat(list.values()).hasSize(1));
    next("metrics");
    ask("{'type':'subscribe_metrics','interval_ms':0}");
  }

  @Test
  void theLogLevelIsSet() throws IOException {
    assertThat(text(ask("{'type':'set_log_level','level':'debug'}"), "data", "level"))
        .isEqualTo("debug");
    assertThat(levels).containsExactly("debug");
    assertThat(text(ask("{'type':'set_log_level','level':'loud'}"), "message")).contains("'loud'");
  }

  @Test
  void oneThatCannotStartIsRefusedWithTheCause() throws IOException {
    protocol.starts.add(_ -> {
      throw BridgeException.passing("port 9000 is taken");
    });
    assertThat(text(ask("{'type':'create_bridge','source':'fake'}"), "message"))
        .isEqualTo("Failed to start bridge: port 9000 is taken");
    assertThat(text(ask("{'type':'create_bridge','source':'fake','config':{'x':1}}"), "message"))
        .startsWith("Failed to start bridge: settings: there is no setting x");
    assertThat(at(ask("{'type':'list_bridges'}"), "data")).isEqualTo(Value.of(List.of()));
  }

  @Test
  void eventsTellOfErrorsAndConnections() throws IOException {
    ask("{'type':'create_bridge','id':'one','source':'fake'}");
    protocol.last().context.down("cable");
    Value first = next("bridge_event");
    while (!text(first, "event").equals("error")) {
      first = next("bridge_event");
    }
    assertThat(text(first, "data")).isEqualTo("cable");
    assertThat(text(next("bridge_event"), "event")).isEqualTo("disconnected");
    protocol.last().context.up("back");
    Value connected = next("bridge_event");
    assertThat(text(connected, "event")).isEqualTo("connected");
    assertThat(text(connected, "data")).isEqualTo("back");
    assertThat(at(ask("{'type':'get_diagnostics','bridge_id':'one'}"), "data", "recent_errors"))
        .isEqualTo(Value.of(List.of(Value.of("cable"))));
  }

  @Test
  void shutdownIsAnsweredAndEndsIt() throws Exception {
    assertThat(at(ask("{'type':'shutdown'}"), "data", "shutdown")).isEqualTo(Value.TRUE);
    serving.join();
  }
}
