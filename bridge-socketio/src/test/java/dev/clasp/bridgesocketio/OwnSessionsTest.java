package dev.clasp.bridgesocketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.FakeAuthenticator;
import dev.clasp.testkit.PeerProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients with sessions of their own: each has the rights of its own token. */
class OwnSessionsTest {

  private final FakeAuthenticator tokens =
      new FakeAuthenticator()
          .admit("desk", "admin:/**")
          .admit("lights", "write:/lights/**")
          .admit("viewer", "read:/lights/**");
  private final ClaspServer router =
      ClaspServer.start(ServerConfig.DEFAULT.withPort(0).withLoops(1).withAuthenticator(tokens));
  private final ClaspClient desk =
      ClaspClient.builder(router.url()).name("desk").token("desk").connectBlocking();
  private final FakeContext context = new FakeContext();

  {
    context.router =
        Optional.of((name, _, token) -> {
          ClaspClient.Builder builder = ClaspClient.builder(router.url()).name(name);
          token.ifPresent(builder::token);
          return builder;
        });
  }

  private final List<PeerProgram> programs = new ArrayList<>();
  private final ServerEndpoint server =
      new ServerEndpoint(
          dev.clasp.bridgesocketio.ServerConfig.of(
              BridgeSettings.of(
                  SocketIoSettings.ALL,
                  Map.of(
                      "mode", Value.of("server"),
                      "listen", Value.of("127.0.0.1:0"),
                      "sessions", Value.of("own"),
                      "rooms", Value.of(List.of())))),
          context);

  @BeforeEach
  void start() {
    server.start();
  }

  @AfterEach
  void close() {
    programs.forEach(PeerProgram::close);
    server.close();
    desk.close();
    router.close();
  }

  private PeerProgram client(String major, String token) {
    String field = major.equals("2") ? "query" : "auth";
    PeerProgram program =
        PeerProgram.start(
            SocketRoom.INSTALL,
            Path.of("..", "system-tests", "peers", "node"),
            List.of(
                "node",
                "sio-client.mjs",
                major,
                "http://127.0.0.1:" + SocketRoom.port(server.details()),
                "{\"" + field + "\":{\"token\":\"" + token + "\"}}"));
    programs.add(program);
    return program;
  }

  private void has(String address, Value value) {
    Eventually.is(
        () -> address + " = " + value + ", not " + desk.blocking().get(address),
        () -> desk.blocking().get(address).map(Parameter::value).equals(Optional.of(value)));
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void theTokenOpensWhatItIsFor(String major) {
    PeerProgram client = client(major, "lights");
    client.awaitLine("connected");
    client.type("{\"emit\":\"set\",\"args\":[\"/lights/1\",0.5],\"ack\":true,\"id\":1}");
    assertThat(client.awaitLine("acknowledged")).contains("\"ok\":true");
    has("/lights/1", Value.of(0.5));
    client.type("{\"emit\":\"set\",\"args\":[\"/sound/1\",0.5],\"ack\":true,\"id\":2}");
    assertThat(client.awaitLine("acknowledged")).contains("\"ok\":false", "\"error\":");
    assertThat(desk.blocking().get("/sound/1")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void aTokenThatNobodyKnowsIsAnError(String major) {
    PeerProgram client = client(major, "guess");
    assertThat(client.awaitLine("refused")).containsIgnoringCase("token");
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void roomsBringPresentAndLaterValues(String major) {
    desk.set("/lights/1", Value.of(1)).join();
    PeerProgram client = client(major, "viewer");
    client.awaitLine("connected");
    client.type("{\"emit\":\"join\",\"args\":[\"/lights/**\"],\"ack\":true,\"id\":1}");
    client.awaitLine("lights/1");
    desk.set("/lights/2", Value.of(2)).join();
    assertThat(client.awaitLine("lights/2")).contains("[2]");
    client.type("{\"emit\":\"get\",\"args\":[\"/lights/2\"],\"ack\":true,\"id\":2}");
    assertThat(client.awaitLine("\"acknowledged\":2")).contains("\"value\":2");
    client.type("{\"emit\":\"join\",\"args\":[\"/sound/**\"],\"ack\":true,\"id\":3}");
    assertThat(client.awaitLine("\"acknowledged\":3")).contains("\"ok\":false");
    client.type("{\"emit\":\"lights/1\",\"args\":[9],\"ack\":true,\"id\":4}");
    assertThat(client.awaitLine("\"acknowledged\":4")).contains("\"ok\":false");
  }

  @ParameterizedTest
  @CsvSource({"3", "4"})
  void whatOneWritesComesToTheOthersOnly(String major) {
    PeerProgram writer = client(major, "lights");
    PeerProgram viewer = client(major, "viewer");
    for (PeerProgram each : List.of(writer, viewer)) {
      each.awaitLine("connected");
      each.type("{\"emit\":\"join\",\"args\":[\"/lights/**\"],\"ack\":true,\"id\":0}");
      assertThat(each.awaitLine("acknowledged")).contains("\"ok\":true");
    }
    for (int i = 1; i <= 20; i++) {
      writer.type("{\"emit\":\"lights/1\",\"args\":[" + i + "]}");
    }
    viewer.awaitLine("[20]");
    desk.set("/lights/1", Value.of(21)).join();
    assertThat(writer.awaitLine("\"event\"")).contains("[21]");
  }
}
