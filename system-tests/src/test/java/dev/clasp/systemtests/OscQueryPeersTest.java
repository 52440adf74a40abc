package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code clasp oscquery} between the real server and the published npm package {@code oscquery}, in
 * both roles, and liblo's {@code oscsend}.
 */
@RealProgram
class OscQueryPeersTest {

  @RegisterExtension static final Stage STAGE = new Stage();

  private static final Pattern SERVES =
      Pattern.compile(
          "OSCQuery at http://127\\.0\\.0\\.1:(\\d+), osc\\.udp://127\\.0\\.0\\.1:(\\d+)");

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private ClaspClient desk() {
    ClaspClient desk =
        ClaspClient.builder(STAGE.url().toString())
            .name("desk")
            .connectTimeout(Patience.START)
            .requestTimeout(Patience.LIMIT)
            .connectBlocking();
    open.add(desk);
    return desk;
  }

  private Program clasp(String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--server", STAGE.url().toString()));
    Program program =
        Program.start("clasp oscquery", Installation.clasp("oscquery", all), _ -> {}, () -> {});
    open.add(program::stop);
    return program;
  }

  /** Port of HTTP and port of OSC. */
  private int[] serve() {
    Program program = clasp("serve", "--port", "0", "--osc-port", "0");
    Pause.until(program::transcript, () -> SERVES.matcher(program.printed()).find());
    Matcher said = SERVES.matcher(program.printed());
    assertThat(said.find()).isTrue();
    return new int[] {Integer.parseInt(said.group(1)), Integer.parseInt(said.group(2))};
  }

  private static void eventuallyHas(ClaspClient desk, String address, Value value) {
    Pause.until(
        () -> address + " is " + desk.blocking().get(address) + ", not " + value,
        () -> desk.blocking().get(address).filter(p -> p.value().equals(value)).isPresent());
  }

  @Test
  void thePublishedClientReadsOurTree() {
    ClaspClient desk = desk();
    desk.set("/oq/lights/1/brightness", 0.75).join();
    desk.set("/oq/title", "hello").join();
    int http = serve()[0];

    List<String> read = new ArrayList<>(Installation.nodeScript("oscquery-peer.mjs"));
    read.addAll(List.of("read", Integer.toString(http)));
    JsonNode understood = Json.parse(Outcome.good(read).strip());

    assertThat(understood.path("info").path("name").asText()).isEqualTo("CLASP");
    assertThat(understood.path("info").path("extensions").path("LISTEN").asBoolean()).isTrue();
    assertThat(understood.path("methods").toString())
        .contains(
            "{\"full_path\":\"/oq/lights/1/brightness\",\"access\":3,\"tags\":[\"param\"],"
                + "\"arguments\":[{\"type\":\"f\",\"value\":0.75}]}")
        .contains("\"full_path\":\"/oq/title\"");
  }

  @Test
  void libloSetsAValue() {
    ClaspClient desk = desk();
    desk.set("/oq/fader", 0.0).join();
    int osc = serve()[1];

    // The tree is complete a moment after the start.
    Pause.until(
        () -> "the fader is " + desk.blocking().get("/oq/fader"),
        () -> {
          Outcome.good("oscsend", "127.0.0.1", Integer.toString(osc), "/oq/fader", "f", "0.5");
          return desk.blocking()
              .get("/oq/fader")
              .filter(p -> p.value().equals(Value.of(0.5)))
              .isPresent();
        });
  }

  @Test
  void aTreeOfThePublishedServerComesInAndIsControlled() {
    Received<String> lines = new Received<>("node");
    List<String> command = new ArrayList<>(Installation.nodeScript("oscquery-peer.mjs"));
    command.add("serve");
    Program node = Program.start("oscquery in node", command, lines::add, () -> lines.end("end"));
    open.add(node);
    String ready =
        lines.awaitAnswer(
            "ready", all -> all.stream().filter(line -> line.startsWith("ready ")).findFirst());
    String http = ready.split(" ", -1)[1];
    ClaspClient desk = desk();

    clasp("import", "http://127.0.0.1:" + http, "--namespace", "/vj", "--poll", "50ms");

    eventuallyHas(desk, "/vj/layer/opacity", Value.of(25.0));
    eventuallyHas(desk, "/vj/layer/name", Value.of("sky"));
    node.write("50");
    eventuallyHas(desk, "/vj/layer/opacity", Value.of(50.0));
    desk.set("/vj/layer/opacity", 75).join();
    // "/layer/opacity" ",f" 75.0
    lines.awaitFirst(
        "OSC for 75",
        line -> line.equals("osc 2f6c617965722f6f7061636974790000" + "2c660000" + "42960000"));
    assertThat(desk.query("/vj/**").join())
        .extracting(definition -> definition.address())
        .contains("/vj/layer/opacity", "/vj/layer/name");
  }
}
