package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscMessage;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code clasp server --osc --oscquery}: the real program, with OSC and HTTP as they are. */
@RealProgram
class OscServerTest {

  @Test
  void programsComeAsClientsAndBrowseTheTree() throws Exception {
    int osc = FreePort.find();
    int query = FreePort.find();
    try (ServerProcess server =
            ServerProcess.start(
                "--osc", "" + osc, "--oscquery", "" + query, "--osc-tcp-port", "0");
        OscSocket program = new OscSocket();
        HttpClient http = HttpClient.newHttpClient();
        ClaspClient client =
            ClaspClient.builder(server.url().toString())
                .connectTimeout(Patience.START)
                .requestTimeout(Patience.LIMIT)
                .connectBlocking()) {
      // The log is there although these were made before it was set up.
      server.awaitLog("OSC on udp://localhost:" + osc);
      server.awaitLog("OSC on tcp://localhost:");
      server.awaitLog("OSCQuery at http://127.0.0.1:" + query);

      program.send(osc, "/clasp/ping", 1);
      program.await("/clasp/pong");
      program.send(osc, new OscMessage("/clasp/subscribe", new OscArgument.Text("/**")));
      program.send(osc, "/clasp/ping", 2);
      program.await("/clasp/pong");
      client.blocking().set("/osc/master", Value.of(0.75));
      assertThat(program.await("/master").arguments())
          .isEqualTo(List.of(new OscArgument.Float32(0.75f)));

      HttpResponse<String> node;
      do {
        node =
            http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + query + "/osc/master"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
      } while (node.statusCode() == 404);
      assertThat(node.body()).contains("\"VALUE\":[0.75]");
    }
  }

  @Test
  void whereTokensAreWantedOscQueryHasToBeAllowed() throws Exception {
    Program refused =
        Program.start(
            "clasp server",
            Installation.server(
                List.of(
                    "--port",
                    "0",
                    "--token",
                    "cpsk_00000000000000000000000000000000",
                    "--oscquery",
                    "0")),
            _ -> {},
            () -> {});
    assertThat(refused.awaitExit()).as(refused.transcript()).isNotZero();
    assertThat(refused.printed()).contains("--oscquery-scopes");
  }
}
