package dev.clasp.bridgewebsocket;

import static dev.clasp.bridgewebsocket.EndpointRoom.clients;
import static dev.clasp.bridgewebsocket.EndpointRoom.compatible;
import static dev.clasp.bridgewebsocket.EndpointRoom.url;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.RouterDoors;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.FakeAuthenticator;
import dev.clasp.transport.ClientTls;
import dev.clasp.transport.EventLoops;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests and subscriptions of each client, on a real router in this process. */
class RpcSessionTest {

  private final FakeAuthenticator tokens = new FakeAuthenticator();
  private final EndpointRoom room = new EndpointRoom();
  private final WsContext context = compatible();
  private ClaspServer router = ClaspServer.start(ServerConfig.DEFAULT.withPort(0).withLoops(1));
  private final MessageSchema schema = new MessageSchema();

  @AfterEach
  void closeAll() {
    room.close();
    router.close();
  }

  private Endpoint start(ServerConfig config, Map<String, Value> settings) {
    router.close();
    router = ClaspServer.start(config.withPort(0).withLoops(1));
    context.router = Optional.of(RouterDoors.inProcess(router::doorFor, router.loops()));
    Map<String, Value> all = new java.util.LinkedHashMap<>(settings);
    all.put("format", Value.of("json-rpc"));
    return room.server(context, all);
  }

  private Endpoint open() {
    return start(ServerConfig.DEFAULT, Map.of());
  }

  private Endpoint withTokens() {
    return start(ServerConfig.DEFAULT.withAuthenticator(tokens), Map.of());
  }

  private ClaspClient desk() {
    return room.closing(ClaspClient.builder(router.url()).name("desk").connectBlocking());
  }

  private TestSocket connect(Endpoint server) {
    return room.closing(TestSocket.open(url(server)));
  }

  /** The next message; it fits the published schema. */
  private String next(TestSocket socket) {
    String text = socket.text();
    assertThat(schema.problems(text)).as(text).isEmpty();
    return text;
  }

  /** The next one with this in it. */
  private String next(TestSocket socket, String part) {
    String text = next(socket);
    while (!text.contains(part)) {
      text = next(socket);
    }
    return text;
  }

  @Test
  void whatIsSetCanBeGot() {
    TestSocket one = connect(open());
    one.send("{\"type\":\"set\",\"address\":\"/a\",\"value\":0.5,\"id\":1}");
    assertThat(next(one))
        .isEqualTo("{\"type\":\"ack\",\"id\":1,\"request_type\":\"set\",\"revision\":1}");
    one.send("{\"type\":\"get\",\"address\":\"/a\",\"id\":\"x\"}");
    assertThat(next(one))
        .startsWith(
            "{\"type\":\"value\",\"id\":\"x\",\"address\":\"/a\",\"value\":0.5,\"revision\":1");
    one.send("{\"type\":\"get\",\"address\":\"/none\",\"id\":2}");
    assertThat(next(one)).contains("\"type\":\"error\"").contains("\"id\":2").contains("not-found");
    one.send("{\"type\":\"set\",\"address\":\"/a\",\"value\":1,\"revision\":7,\"id\":3}");
    assertThat(next(one)).contains("revision-conflict").contains("\"id\":3");
  }

  @Test
  void aSubscriptionBringsPresentValuesAndThenChangesAndEvents() {
    Endpoint server = open();
    ClaspClient desk = desk();
    desk.blocking().set("/lights/1", Value.of(0.25));
    TestSocket one = connect(server);
    one.send("{\"type\":\"subscribe\",\"pattern\":\"/lights/**\",\"id\":1}");
    assertThat(next(one)).contains("\"request_type\":\"subscribe\"");
    assertThat(next(one))
        .contains("\"type\":\"value\"")
        .contains("0.25")
        .contains("\"revision\":1");
    desk.blocking().set("/lights/1", Value.of(0.5));
    assertThat(next(one)).contains("0.5").contains("\"revision\":2");
    desk.emit("/lights/go", Value.of("cue")).join();
    assertThat(next(one))
        .contains("\"type\":\"event\"")
        .contains("\"address\":\"/lights/go\",\"value\":\"cue\"");
    one.send("{\"type\":\"unsubscribe\",\"pattern\":\"/lights/**\",\"id\":2}");
    assertThat(next(one)).contains("\"request_type\":\"unsubscribe\"");
    desk.blocking().set("/lights/1", Value.of(0.75));
    one.send("{\"type\":\"get\",\"address\":\"/lights/1\",\"id\":3}");
    assertThat(next(one)).contains("\"id\":3").contains("0.75");
  }

  @Test
  void whatOneEmitsTheOtherGets() {
    Endpoint server = open();
    TestSocket one = connect(server);
    TestSocket two = connect(server);
    two.send("{\"type\":\"subscribe\",\"pattern\":\"/cue/*\",\"types\":[\"event\"],\"id\":1}");
    next(two, "ack");
    one.send("{\"type\":\"emit\",\"address\":\"/cue/go\",\"value\":{\"n\":1}}");
    assertThat(next(two)).contains("\"type\":\"event\"").contains("{\"n\":1}");
  }

  @Test
  void aSnapshotIsOneMap() {
    Endpoint server = open();
    ClaspClient desk = desk();
    for (int i = 0; i < 100; i++) {
      desk.blocking().set("/s/" + i, Value.of(i));
    }
    TestSocket one = connect(server);
    one.send("{\"type\":\"snapshot\",\"pattern\":\"/s/**\",\"id\":5}");
    String reply = next(one);
    assertThat(reply).startsWith("{\"type\":\"snapshot\",\"id\":5,\"pattern\":\"/s/**\"");
    assertThat(IntStream.range(0, 100)).allMatch(i -> reply.contains("\"/s/" + i + "\":" + i));
    one.send("{\"type\":\"snapshot\",\"pattern\":\"/none/**\",\"id\":6}");
    assertThat(next(one)).contains("\"state\":{}");
  }

  @Test
  void eachClientHasTheRightsOfItsToken() {
    tokens.admit("reader", "read:/**").admit("writer", "write:/**");
    Endpoint server = withTokens();
    TestSocket reader = room.closing(TestSocket.open(url(server) + "?token=reader"));
    TestSocket writer =
        room.closing(TestSocket.open(url(server), Map.of("Authorization", "Bearer writer")));
    reader.send("{\"type\":\"subscribe\",\"pattern\":\"/**\",\"id\":1}");
    next(reader, "ack");
    reader.send("{\"type\":\"set\",\"address\":\"/a\",\"value\":1,\"id\":2}");
    assertThat(next(reader)).contains("forbidden").contains("\"id\":2");
    writer.send("{\"type\":\"set\",\"address\":\"/a\",\"value\":2,\"id\":3}");
    next(writer, "ack");
    assertThat(next(reader)).contains("\"address\":\"/a\",\"value\":2");
  }

  @Test
  void theFirstMessageMayBringTheToken() {
    tokens.admit("writer", "write:/**");
    Endpoint server = withTokens();
    TestSocket one = connect(server);
    one.send("{\"type\":\"auth\",\"token\":\"writer\",\"id\":1}");
    assertThat(next(one)).isEqualTo("{\"type\":\"ack\",\"id\":1,\"request_type\":\"auth\"}");
    TestSocket two = connect(server);
    two.send("{\"type\":\"set\",\"address\":\"/a\",\"value\":2,\"token\":\"writer\",\"id\":2}");
    assertThat(next(two)).contains("\"type\":\"ack\"").contains("\"id\":2");
  }

  @Test
  void aWrongTokenIsToldAndTheConnectionClosed() {
    Endpoint server = withTokens();
    for (String request :
        List.of(
            "{\"type\":\"get\",\"address\":\"/a\"}", "{\"type\":\"auth\",\"token\":\"wrong\"}")) {
      TestSocket one = connect(server);
      one.send(request);
      assertThat(next(one)).contains("\"type\":\"error\"").contains("unauthorized");
      assertThat(one.closed()).startsWith("1008");
    }
  }

  /** The schema takes them, the router does not. */
  private static final List<String> WELL_FORMED =
      List.of(
          "{\"type\":\"get\",\"address\":\"/a/*\"}",
          "{\"type\":\"subscribe\",\"pattern\":\"no/slash\"}",
          "{\"type\":\"unsubscribe\",\"pattern\":\"/never\"}");

  @Test
  void whatCannotBeReadIsAnsweredAndTheConnectionStays() {
    TestSocket one = connect(open());
    for (String wrong :
        List.of(
            "hello",
            "[1]",
            "{}",
            "{\"type\":\"dance\",\"id\":1}",
            "{\"type\":\"set\",\"address\":\"/a\"}",
            "{\"type\":\"set\",\"address\":5,\"value\":1}",
            "{\"type\":\"get\",\"address\":\"/a/*\"}",
            "{\"type\":\"subscribe\",\"pattern\":\"no/slash\"}",
            "{\"type\":\"subscribe\",\"pattern\":\"/a\",\"types\":[\"x\"]}",
            "{\"type\":\"unsubscribe\",\"pattern\":\"/never\"}",
            "{\"type\":\"get\",\"address\":\"/a\",\"id\":[1]}")) {
      assertThat(schema.takes(wrong)).as(wrong).isEqualTo(WELL_FORMED.contains(wrong));
      one.send(wrong);
      assertThat(next(one)).as(wrong).contains("\"type\":\"error\"");
    }
    one.send(new byte[] {1});
    assertThat(next(one)).contains("\"type\":\"error\"");
    one.send("{\"type\":\"set\",\"address\":\"/a\",\"value\":1,\"id\":9}");
    assertThat(next(one)).contains("\"id\":9");
  }

  @Test
  void belowTheNamespaceIfThatIsWanted() {
    Endpoint server = start(ServerConfig.DEFAULT, Map.of("namespace_policy", Value.of("prefix")));
    ClaspClient desk = desk();
    TestSocket one = connect(server);
    one.send("{\"type\":\"subscribe\",\"pattern\":\"/**\",\"id\":1}");
    next(one, "ack");
    one.send("{\"type\":\"set\",\"address\":\"/a\",\"value\":1}");
    assertThat(next(one)).contains("\"address\":\"/a\",\"value\":1");
    assertThat(desk.blocking().get("/ws/a")).isPresent();
    desk.blocking().set("/elsewhere", Value.of(1));
    one.send("{\"type\":\"get\",\"address\":\"/elsewhere\",\"id\":2}");
    assertThat(next(one)).contains("not-found");
  }

  @Test
  void withoutARouterTheyAreToldToComeLater() {
    EventLoops loops = EventLoops.create("far", 1);
    room.closing(loops::close);
    context.router = Optional.of(RouterDoors.at(router.url(), ClientTls.DEFAULT, loops));
    router.close();
    Endpoint server = room.server(context, Map.of("format", Value.of("json-rpc")));
    TestSocket one = connect(server);
    one.send("{\"type\":\"get\",\"address\":\"/a\",\"id\":1}");
    assertThat(next(one)).contains("\"type\":\"error\"");
    assertThat(one.closed()).startsWith("1013");
  }

  @Test
  void oneThatHearsVeryMuchLosesNothing() {
    Endpoint server = open();
    ClaspClient desk = desk();
    int many = 3 * 256 + 10;
    for (int i = 0; i < many; i++) {
      desk.blocking().set("/m/" + i, Value.of(i));
    }
    TestSocket one = connect(server);
    one.send("{\"type\":\"subscribe\",\"pattern\":\"/m/**\",\"id\":1}");
    next(one, "ack");
    Set<String> heard = new HashSet<>();
    while (heard.size() < many) {
      String text = one.text();
      heard.add(text.substring(text.indexOf("/m/"), text.indexOf("\",\"value\"")));
    }
    desk.blocking().set("/m/end", Value.of(true));
    assertThat(next(one)).contains("/m/end");
  }

  @Test
  void manyThatComeAndGoLeaveNoSessions() {
    Endpoint server = start(ServerConfig.DEFAULT, Map.of("max_clients", Value.of(20)));
    int before = router.router().sessionStatus().size();
    for (int i = 0; i < 200; i++) {
      Eventually.is("there is room", () -> clients(server) < 20);
      try (TestSocket one = TestSocket.open(url(server))) {
        one.send("{\"type\":\"subscribe\",\"pattern\":\"/**\",\"id\":1}");
        if (i % 2 == 0) {
          // Others go while their session is being opened.
          next(one, "ack");
        }
      }
    }
    Eventually.is("all are gone", () -> clients(server) == 0);
    Eventually.is("no session is left", () -> router.router().sessionStatus().size() == before);
    TestSocket last = connect(server);
    last.send("{\"type\":\"get\",\"address\":\"/none\",\"id\":1}");
    assertThat(next(last)).contains("not-found");
  }

  @Test
  void theSessionEndsWithTheConnection() {
    Endpoint server = open();
    TestSocket one = connect(server);
    one.send("{\"type\":\"subscribe\",\"pattern\":\"/**\",\"id\":1}");
    next(one, "ack");
    one.close();
    Eventually.is("it is gone", () -> clients(server) == 0);
    // A dead client is not told of, and nobody waits for it.
    TestSocket two = connect(server);
    two.send("{\"type\":\"set\",\"address\":\"/a\",\"value\":1,\"id\":1}");
    next(two, "ack");
  }
}
