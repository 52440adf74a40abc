package dev.clasp.oscquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.bridge.Namespace;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTP against the OSCQuery proposal: every attribute and every status. */
class QueryTest {

  private Room room = new Room();

  @AfterEach
  void close() {
    room.close();
  }

  private void reopen(java.util.function.UnaryOperator<OscQueryConfig> change) {
    room.close();
    room = new Room(change);
  }

  private void set(String address, Value value) {
    room.desk.set(address, value).join();
  }

  @Test
  void theWholeTreeIsOneObject() {
    set("/foo", Value.of(0.5));
    set("/baz/qux", Value.of("half-full"));
    room.node("/baz/qux");
    room.node("/foo");

    JsonNode root = room.node("/");

    assertThat(root.path("FULL_PATH").asText()).isEqualTo("/");
    assertThat(root.path("ACCESS").asInt(-1)).isZero();
    assertThat(root.path("DESCRIPTION").asText()).isEqualTo("CLASP");
    assertThat(root.has("TYPE")).isFalse();
    JsonNode foo = root.path("CONTENTS").path("foo");
    assertThat(foo.path("FULL_PATH").asText()).isEqualTo("/foo");
    assertThat(foo.path("TYPE").asText()).isEqualTo("f");
    assertThat(foo.path("ACCESS").asInt()).isEqualTo(3);
    assertThat(foo.path("VALUE")).isEqualTo(Room.json("[0.5]"));
    assertThat(foo.has("CONTENTS")).isFalse();
    JsonNode baz = root.path("CONTENTS").path("baz");
    assertThat(baz.path("ACCESS").asInt(-1)).isZero();
    assertThat(baz.path("CONTENTS").path("qux").path("FULL_PATH").asText()).isEqualTo("/baz/qux");
    assertThat(room.node("/baz")).isEqualTo(baz);
  }

  @Test
  void anEmptyTreeHasEmptyContents() {
    assertThat(room.node("/").path("CONTENTS")).isEqualTo(Room.json("{}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "int     | i  | [7]",
        "float   | f  | [0.5]",
        "text    | s  | [\"hello\"]",
        "yes     | T  | [true]",
        "no      | F  | [false]",
        "bytes   | b  | [null]",
        "null    | N  | [null]",
        "long    | h  | [10000000000]",
        "ints    | ii | [4,51]",
        "mixed   | fff | [1.0,0.5,0.25]",
        "nested  | i[ff]i | [100,[1.0,2.5],100]",
        "map     | s  | [\"{\\\"a\\\":1}\"]",
      })
  void typesAndValuesAreThoseOfOsc(String name, String type, String value) {
    Map<String, Value> values =
        Map.ofEntries(
            Map.entry("int", Value.of(7)),
            Map.entry("float", Value.of(0.5)),
            Map.entry("text", Value.of("hello")),
            Map.entry("yes", Value.TRUE),
            Map.entry("no", Value.FALSE),
            Map.entry("bytes", Value.of(new byte[] {1, 2})),
            Map.entry("null", Value.NULL),
            Map.entry("long", Value.of(10_000_000_000L)),
            Map.entry("ints", Value.of(List.of(Value.of(4), Value.of(51)))),
            Map.entry("mixed", Value.of(List.of(Value.of(1), Value.of(0.5), Value.of(0.25)))),
            Map.entry(
                "nested",
                Value.of(
                    List.of(
                        Value.of(100),
                        Value.of(List.of(Value.of(1.0), Value.of(2.5))),
                        Value.of("x"),
                        Value.of(100)))),
            Map.entry("map", Value.of(Map.of("a", Value.of(1)))));
    set("/v/" + name, Objects.requireNonNull(values.get(name)));
    JsonNode node = room.node("/v/" + name);
    if (name.equals("nested")) {
      // Not numbers alone: they stay what they are.
      assertThat(node.path("TYPE").asText()).isEqualTo("i[ff]si");
      assertThat(node.path("VALUE")).isEqualTo(Room.json("[100,[1.0,2.5],\"x\",100]"));
    } else {
      assertThat(node.path("TYPE").asText()).isEqualTo(type);
      assertThat(node.path("VALUE")).isEqualTo(Room.json(value));
    }
  }

  @Test
  void aFaderStaysAFloatWhenSomebodyWritesAWholeNumber() {
    set("/fader", Value.of(0.5));
    room.node("/fader");
    set("/fader", Value.of(1));
    Eventually.is("1.0", () -> room.node("/fader?VALUE").path("VALUE").equals(Room.json("[1.0]")));
    assertThat(room.node("/fader").path("TYPE").asText()).isEqualTo("f");
  }

  @Test
  void aDefinitionGivesRangeUnitDescriptionAndClipmode() {
    room.definitions = List.of(Room.fader("/dimmer", 0, 100));
    set("/dimmer", Value.of(50.0));
    Eventually.is("a range", () -> room.node("/dimmer?RANGE").has("RANGE"));
    JsonNode node = room.node("/dimmer");
    assertThat(node.path("RANGE")).isEqualTo(Room.json("[{\"MIN\":0.0,\"MAX\":100.0}]"));
    assertThat(node.path("UNIT")).isEqualTo(Room.json("[\"percent\"]"));
    assertThat(node.path("CLIPMODE")).isEqualTo(Room.json("[\"both\"]"));
    assertThat(node.path("DESCRIPTION").asText()).isEqualTo("a fader");
    assertThat(node.path("TAGS")).isEqualTo(Room.json("[\"param\"]"));
    assertThat(node.path("CRITICAL").asBoolean(true)).isFalse();
    assertThat(node.path("OVERLOADS")).isEqualTo(Room.json("[{\"TYPE\":\"i\"}]"));
  }

  @Test
  void theRouterInTheSameProcessKnowsRanges() {
    room.desk.announce("/r", List.of(Room.fader("/r/x", 0, 10))).join();
    room.definitions =
        room.router.router().definitions(dev.clasp.protocol.AddressPattern.parse("/**"));
    assertThat(room.node("/r/x?RANGE").path("RANGE"))
        .isEqualTo(Room.json("[{\"MIN\":0.0,\"MAX\":10.0}]"));
  }

  @Test
  void anAnnouncedSignalWithoutAValueIsThere() {
    room.definitions =
        List.of(
            Room.fader("/later", 0, 1),
            Room.definition("/cue/go", SignalType.EVENT, "", "w"),
            Room.definition("/meter", SignalType.PARAM, "int", "r"));
    JsonNode later = room.node("/later");
    assertThat(later.path("TYPE").asText()).isEqualTo("f");
    assertThat(later.has("VALUE")).isFalse();
    assertThat(room.get("/later?VALUE").body()).isEqualTo("{}");
    JsonNode go = room.node("/cue/go");
    assertThat(go.path("TYPE").asText()).isEqualTo("I");
    assertThat(go.path("ACCESS").asInt()).isEqualTo(2);
    assertThat(go.path("CRITICAL").asBoolean()).isTrue();
    assertThat(room.node("/meter").path("ACCESS").asInt()).isEqualTo(1);
    assertThat(room.node("/meter").has("OVERLOADS")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "VALUE | {\"VALUE\":[0.5]}",
        "TYPE | {\"TYPE\":\"f\"}",
        "ACCESS | {\"ACCESS\":3}",
        "FULL_PATH | {\"FULL_PATH\":\"/a/b\"}",
        "RANGE | {}",
        "UNIT | {}",
        "DESCRIPTION | {}",
        "CLIPMODE | {}",
        "CRITICAL | {\"CRITICAL\":false}",
        "TAGS | {\"TAGS\":[\"param\"]}",
        "OVERLOADS | {\"OVERLOADS\":[{\"TYPE\":\"i\"}]}",
        "CONTENTS | {}",
        "VALUE&TYPE | {\"VALUE\":[0.5],\"TYPE\":\"f\"}",
      })
  void singleAttributesCanBeAskedFor(String query, String answer) {
    set("/a/b", Value.of(0.5));
    room.node("/a/b");
    HttpResponse<String> response = room.get("/a/b?" + query);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(answer);
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("application/json");
  }

  @Test
  void aContainerHasNoTypeAndItsContentsCanBeAskedFor() {
    set("/a/b", Value.of(0.5));
    room.node("/a/b");
    assertThat(room.get("/a?TYPE").body()).isEqualTo("{}");
    assertThat(room.get("/a?VALUE").statusCode()).isEqualTo(204);
    JsonNode contents = room.node("/a?CONTENTS");
    assertThat(contents.size()).isEqualTo(1);
    assertThat(contents.path("CONTENTS").path("b").path("FULL_PATH").asText()).isEqualTo("/a/b");
  }

  @ParameterizedTest
  @CsvSource({
    "/nothing, 404",
    "/nothing?TYPE, 404",
    "/?NONSENSE, 400",
    "/?value, 400",
    "/?EXTENDED_TYPE, 204",
    "/?HTML, 204",
    "/cue?VALUE, 204",
    "/nothing?HOST_INFO, 200",
  })
  void statusesAreThoseOfTheProposal(String target, int status) {
    room.definitions = List.of(Room.definition("/cue", SignalType.EVENT, "", "w"));
    room.node("/cue");
    assertThat(room.get(target).statusCode()).isEqualTo(status);
  }

  @Test
  void hostInfoSaysWhereEverythingIs() {
    JsonNode info = room.node("/?HOST_INFO");
    assertThat(info.path("NAME").asText()).isEqualTo("CLASP");
    assertThat(info.path("OSC_IP").asText()).isEqualTo("127.0.0.1");
    assertThat(info.path("OSC_PORT").asInt())
        .isEqualTo(room.server.oscAddress().orElseThrow().getPort());
    assertThat(info.path("OSC_TRANSPORT").asText()).isEqualTo("UDP");
    assertThat(info.path("WS_IP").asText()).isEqualTo("127.0.0.1");
    assertThat(info.path("WS_PORT").asInt()).isEqualTo(room.server.address().getPort());
    for (String supported :
        List.of(
            "ACCESS",
            "VALUE",
            "RANGE",
            "DESCRIPTION",
            "TAGS",
            "UNIT",
            "CRITICAL",
            "CLIPMODE",
            "OVERLOADS",
            "LISTEN",
            "PATH_ADDED",
            "PATH_REMOVED",
            "PATH_CHANGED",
            "OSC_STREAMING")) {
      assertThat(info.path("EXTENSIONS").path(supported).asBoolean()).as(supported).isTrue();
    }
    for (String not : List.of("EXTENDED_TYPE", "HTML", "PATH_RENAMED")) {
      assertThat(info.path("EXTENSIONS").path(not).asBoolean(true)).as(not).isFalse();
    }
  }

  @Test
  void charactersThatOscForbidsAreEncodedInTheTree() {
    set("/a b#1/x", Value.of(1));
    JsonNode node = room.node("/a%20b%231/x");
    assertThat(node.path("FULL_PATH").asText()).isEqualTo("/a%20b%231/x");
    assertThat(room.get("/a%2520b%25231/x").statusCode())
        .as("the same, encoded as a URL should be")
        .isEqualTo(200);
  }

  @Test
  void headIsGetWithoutABody() {
    HttpResponse<String> response =
        room.send(
            HttpRequest.newBuilder(URI.create(room.url() + "/"))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
  }

  @Test
  void valuesAreNotSetByHttp() {
    HttpResponse<String> response =
        room.send(
            HttpRequest.newBuilder(URI.create(room.url() + "/a"))
                .PUT(HttpRequest.BodyPublishers.ofString("1"))
                .build());
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("allow")).contains("GET, HEAD, OPTIONS");
  }

  @Test
  void onlyTheServedPartIsShown() {
    reopen(config -> config.withServed(Namespace.parse("/lights")));
    set("/sound/level", Value.of(1));
    set("/lightshow", Value.of(1));
    set("/lights/1", Value.of(1));
    room.node("/lights/1");
    assertThat(room.node("/").path("CONTENTS").size()).isEqualTo(1);
  }

  @Test
  void readOnlyMeansReadOnly() {
    reopen(config -> config.withReadOnly(true));
    set("/a", Value.of(0.5));
    assertThat(room.node("/a").path("ACCESS").asInt()).isEqualTo(1);
    assertThat(room.node("/?HOST_INFO").has("OSC_PORT")).isFalse();
    assertThat(room.server.oscAddress()).isEmpty();
  }

  @Test
  void aParameterThatEndsLeavesTheTree() {
    room.desk
        .set(
            "/short",
            Value.of(1),
            dev.clasp.client.SetOptions.CONFIRM.withTtl(new dev.clasp.protocol.Ttl.Absolute(5)))
        .join();
    room.node("/short");
    Eventually.is("404", () -> room.get("/short").statusCode() == 404);
    assertThat(room.node("/").path("CONTENTS")).isEqualTo(Room.json("{}"));
  }
}
