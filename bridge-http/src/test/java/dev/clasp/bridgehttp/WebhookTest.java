package dev.clasp.bridgehttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.CertificateMaker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the bridge serves, with curl on the other side and openssl for the signatures. */
class WebhookTest {

  private static HttpRoom serving(String endpoints) {
    return new HttpRoom(
            "{'mode':'client','bind':'127.0.0.1:0','cors_origins':['https://panel.example'],"
                + "'endpoints':["
                + endpoints
                + "]}")
        .start();
  }

  /** Body, blank, status. */
  private static String curl(String... options) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("curl", "-sS", "--max-time", "30", "-w", " %{http_code}"));
    command.addAll(List.of(options));
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new AssertionError("this test needs curl: apt-get install curl", e);
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }

  @Test
  void theEndpointsOfTheReferenceDoWhatTheySay() throws Exception {
    try (HttpRoom room =
        serving(
            "{'path':'/lights/:id','clasp_address':'/lamp/{id}/level','description':'a lamp'},"
                + "{'path':'/lights/:id','method':'PUT','clasp_address':'/lamp/{id}/level'},"
                + "{'path':'/bells/*rest','method':'POST','clasp_address':'/bell/{rest}'},"
                + "{'path':'/lights/:id','method':'DELETE','clasp_address':'/lamp/{id}/level'},"
                + "{'path':'/off','enabled':false,'clasp_address':'/x'}")) {
      String url = room.url();
      assertThat(curl(url + "/lights/1"))
          .endsWith(" 404")
          .contains("\"title\":\"signal not found\"");
      assertThat(curl("-X", "PUT", "--json", "{\"value\":0.5}", url + "/lights/1"))
          .isEqualTo("{\"address\":\"/lamp/1/level\",\"value\":0.5,\"status\":\"set\"} 200");
      assertThat(room.next()).isEqualTo("PARAM /lamp/1/level 0.5");
      assertThat(curl(url + "/lights/1"))
          .isEqualTo("{\"address\":\"/lamp/1/level\",\"value\":0.5} 200");
      room.set("/lamp/2/level", Value.of(7));
      assertThat(curl(url + "/lights/2"))
          .isEqualTo("{\"address\":\"/lamp/2/level\",\"value\":7} 200");
      assertThat(curl("--json", "[1,2]", url + "/bells/a/b%20c"))
          .isEqualTo("{\"address\":\"/bell/a/b c\",\"value\":[1,2],\"status\":\"published\"} 200");
      assertThat(room.next()).isEqualTo("EVENT /bell/a/b c [1,2]");
      assertThat(curl("-X", "DELETE", url + "/lights/1")).contains("\"status\":\"deleted\"");
      assertThat(room.next()).isEqualTo("PARAM /lamp/1/level null");
      assertThat(curl(url + "/lights/1")).endsWith(" 404");
      assertThat(curl(url + "/off")).endsWith(" 404");
      assertThat(curl("-X", "PATCH", url + "/lights/1"))
          .endsWith(" 405")
          .contains("here it is DELETE, GET, PUT");
      assertThat(room.endpoint.details().toString()).contains("GET /lights/:id: a lamp");
    }
  }

  @Test
  void aNameThatSomebodyHasPointedHereIsNoNameOfThisMachine() throws Exception {
    try (HttpRoom room =
        serving(
            "{'path':'/a','method':'PUT','address':'/a'},"
                + "{'path':'/b','method':'PUT','address':'/b','open':true}")) {
      String foreign = "Host: evil.example";
      assertThat(curl("-X", "PUT", "--json", "1", "-H", foreign, room.url() + "/a"))
          .endsWith(" 403")
          .contains("\"title\":\"foreign name\"");
      assertThat(curl("-X", "PUT", "--json", "1", "-H", foreign, room.url() + "/b"))
          .endsWith(" 200");
      assertThat(room.next()).isEqualTo("PARAM /b 1");
    }
  }

  @Test
  void valuesComeFromPointersFormsQueriesAndConstants() throws Exception {
    try (HttpRoom room =
        serving(
            "{'path':'/json/:door','method':'POST','values':{'/event/state':'/door/{door}',"
                + "'/event/battery':'/battery/{door}'}},"
                + "{'path':'/form','method':'POST','pointer':'/level','address':'/level'},"
                + "{'path':'/query','action':'set','query':'on','address':'/{query_room}/on'},"
                + "{'path':'/opened','method':['GET','POST'],'action':'event','constant':true,"
                + "'address':'/opened'},"
                + "{'path':'/text','method':'PUT','address':'/text'},"
                + "{'path':'/bytes','method':'PUT','address':'/bytes'}")) {
      String url = room.url();
      curl("--json", "{\"event\":{\"state\":\"open\",\"battery\":83}}", url + "/json/front");
      assertThat(room.next()).isEqualTo("EVENT /door/front \"open\"\nEVENT /battery/front 83");
      curl("-d", "level=0.25", "-d", "x=y", url + "/form");
      assertThat(room.next()).isEqualTo("EVENT /level 0.25");
      curl(url + "/query?on=true&room=kitchen");
      assertThat(room.next()).isEqualTo("PARAM /kitchen/on true");
      curl(url + "/opened");
      assertThat(room.next()).isEqualTo("EVENT /opened true");
      curl("-X", "PUT", "-H", "Content-Type: text/plain", "-d", "42 m", url + "/text");
      assertThat(room.next()).isEqualTo("PARAM /text \"42 m\"");
      curl("-X", "PUT", "-H", "Content-Type: application/octet-stream", "-d", "AB", url + "/bytes");
      assertThat(room.next()).isEqualTo("PARAM /bytes [65,66]");
    }
  }

  @Test
  void whatCannotBeReadIsRefusedWithAProblem(@TempDir Path folder) throws Exception {
    try (HttpRoom room =
        serving(
            "{'path':'/in/:name','method':'POST','address':'/in/{name}'},"
                + "{'path':'/p','method':'POST','values':{'/a':'/a'}},"
                + "{'path':'/q','action':'set','query':'on','address':'/{query_room}/on'}")) {
      String url = room.url();
      assertThat(curl("--json", "{", url + "/in/a"))
          .endsWith(" 400")
          .contains("\"detail\":\"the body is no json\"");
      assertThat(room.context.awaitTold("dropped"))
          .startsWith("dropped POST /in/a from 127.0.0.1")
          .endsWith("its body is no json");
      assertThat(curl("-H", "Content-Type: image/png", "-d", "x", url + "/in/a")).endsWith(" 415");
      assertThat(curl("--json", "{}", url + "/p")).endsWith(" 422");
      assertThat(curl("--json", "1", url + "/in/a%2Fb")).endsWith(" 404");
      assertThat(curl("--json", "1", url + "/in/%2A")).endsWith(" 404");
      assertThat(curl("--json", "1", url + "/in/%0A")).endsWith(" 404");
      assertThat(curl("--json", "1", url + "/in/%zz")).endsWith(" 404");
      assertThat(curl(url + "/q?on=1")).endsWith(" 400");
      assertThat(curl(url + "/q?on=1&room=a/b")).endsWith(" 400");
      assertThat(curl(url + "/q?on=1&room=a%2Fb")).endsWith(" 400");
      assertThat(curl(url + "/q?room=a")).endsWith(" 400");
      Path tooLong = Files.write(folder.resolve("long"), new byte[(1 << 20) + 1]);
      assertThat(curl("--json", "@" + tooLong, url + "/in/a")).contains("413");
      Path large = Files.writeString(folder.resolve("large"), "\"" + "x".repeat(65_000) + "\"");
      assertThat(curl("--json", "@" + large, url + "/in/a")).endsWith(" 413");
      assertThat(room.context.parcels).isEmpty();
    }
  }

  @Test
  void signaturesThatOpensslMadeAreAcceptedOnceAndOthersNot() throws Exception {
    try (HttpRoom room =
        serving(
            "{'path':'/stripe','method':'POST','address':'/paid','secret':'whsec'},"
                + "{'path':'/github','method':'POST','address':'/push','secret':'gh',"
                + "'signature':'sha256','id_header':'X-GitHub-Delivery'}")) {
      String url = room.url();
      long now = HttpRoom.NOW.getEpochSecond();
      String body = "{\"id\": 1}";
      String right = "t=" + now + ",v1=" + OpenSsl.hmac("whsec", now + "." + body);
      assertThat(curl("--json", body, "-H", "Clasp-Signature: " + right, url + "/stripe"))
          .endsWith(" 200");
      assertThat(room.next()).isEqualTo("EVENT /paid {\"id\":1}");
      assertThat(curl("--json", body, "-H", "Clasp-Signature: " + right, url + "/stripe"))
          .isEqualTo("{\"status\":\"duplicate\"} 200");
      assertThat(curl("--json", body, url + "/stripe")).endsWith(" 401");
      assertThat(curl("--json", "{\"id\": 2}", "-H", "Clasp-Signature: " + right, url + "/stripe"))
          .endsWith(" 401");
      long old = now - 301;
      assertThat(
              curl(
                  "--json",
                  body,
                  "-H",
                  "Clasp-Signature: t=" + old + ",v1=" + OpenSsl.hmac("whsec", old + "." + body),
                  url + "/stripe"))
          .endsWith(" 401")
          .contains("too old");
      String push = "sha256=" + OpenSsl.hmac("gh", body);
      for (String delivery : List.of("a", "a", "b")) {
        curl(
            "--json",
            body,
            "-H",
            "X-Hub-Signature-256: " + push,
            "-H",
            "X-GitHub-Delivery: " + delivery,
            url + "/github");
      }
      assertThat(room.next()).startsWith("EVENT /push");
      assertThat(room.next()).startsWith("EVENT /push");
      assertThat(
              curl(
                  "--json",
                  body,
                  "-H",
                  "X-Hub-Signature-256: sha256=" + OpenSsl.hmac("guess", body),
                  url + "/github"))
          .endsWith(" 401");
      assertThat(room.context.parcels).isEmpty();
    }
  }

  @Test
  void tokensRatesAndOriginsAreKept() throws Exception {
    try (HttpRoom room =
        serving(
            "{'path':'/t','method':'POST','address':'/t','token':'s3cret'},"
                + "{'path':'/r','method':'POST','address':'/r','rate_limit':2},"
                + "{'path':'/o','method':'POST','address':'/o'}")) {
      String url = room.url();
      assertThat(curl("--json", "1", url + "/t")).endsWith(" 401");
      assertThat(curl("--json", "1", "-H", "Authorization: Bearer wrong", url + "/t"))
          .endsWith(" 401");
      assertThat(curl("--json", "1", "-H", "Authorization: Bearer s3cret", url + "/t"))
          .endsWith(" 200");
      assertThat(curl("--json", "1", "-H", "X-API-Key: s3cret", url + "/t")).endsWith(" 200");
      assertThat(curl("--json", "1", url + "/r")).endsWith(" 200");
      assertThat(curl("--json", "1", url + "/r")).endsWith(" 200");
      assertThat(curl("-i", "--json", "1", url + "/r"))
          .endsWith(" 429")
          .containsIgnoringCase("retry-after: 1");
      room.context.nanos.addAndGet(500_000_000L);
      assertThat(curl("--json", "1", url + "/r")).endsWith(" 200");
      assertThat(curl("--json", "1", "-H", "Origin: https://evil.example", url + "/o"))
          .endsWith(" 403");
      assertThat(curl("-i", "--json", "1", "-H", "Origin: https://panel.example", url + "/o"))
          .endsWith(" 200")
          .containsIgnoringCase("access-control-allow-origin: https://panel.example");
      assertThat(curl("-i", "-X", "OPTIONS", "-H", "Origin: https://panel.example", url + "/o"))
          .endsWith(" 204")
          .containsIgnoringCase("access-control-allow-methods: POST");
    }
  }

  @Test
  void beyondThisMachineAnEndpointIsGuardedOrMeantToBeOpen() {
    String open = "{'mode':'client','bind':'0.0.0.0:0','endpoints':[{'path':'/a','address':'/a'";
    assertThatThrownBy(() -> HttpRoom.config(open + "}]}"))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining("endpoint /a is open to everybody who reaches 0.0.0.0:0");
    assertThat(HttpRoom.config(open + ",'open':true}]}").inlets()).hasSize(1);
    assertThat(HttpRoom.config(open + ",'token':'x'}]}").inlets()).hasSize(1);
  }

  @Test
  void itIsServedOverTls(@TempDir Path folder) throws Exception {
    CertificateMaker.Issued root = CertificateMaker.root("the house").write(folder, "root");
    root.issue(CertificateMaker.Kind.LEAF, "localhost", "127.0.0.1").write(folder, "server");
    try (HttpRoom room =
        new HttpRoom(
                "{'mode':'client','bind':'127.0.0.1:0','tls_cert':'"
                    + folder.resolve("server.pem")
                    + "','tls_key':'"
                    + folder.resolve("server.key")
                    + "','endpoints':[{'path':'/a','method':'PUT','address':'/a'}]}")
            .start()) {
      assertThat(
              curl(
                  "--cacert",
                  folder.resolve("root.pem") + "",
                  "-X",
                  "PUT",
                  "--json",
                  "5",
                  room.url().replace("http:", "https:") + "/a"))
          .endsWith(" 200");
      assertThat(room.next()).isEqualTo("PARAM /a 5");
    }
  }

  @Test
  void aPortThatIsTakenIsTriedAgainLater() {
    try (HttpRoom room = serving("{'path':'/a','address':'/a'}");
        HttpRoom second =
            new HttpRoom(
                "{'mode':'client','bind':'"
                    + room.url().substring("http://".length())
                    + "','endpoints':[{'path':'/a','address':'/a'}]}")) {
      assertThatThrownBy(second::start)
          .isInstanceOfSatisfying(BridgeException.class, e -> assertThat(e.lasting()).isFalse());
    }
  }
}
