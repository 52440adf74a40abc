package dev.clasp.bridgehttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridgehttp.HttpRoom.Server;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in docs/http.md can be used, and the devices' rules do what stands there. */
class DocumentationTest {

  private static String page() throws IOException {
    return Files.readString(Path.of("..", "docs", "http.md"));
  }

  private static String device(String name) throws IOException {
    String page = page();
    String json = page.substring(page.indexOf("**" + name)).split("```json\n", -1)[1];
    return json.substring(0, json.indexOf("```"));
  }

  @Test
  void everyExampleIsOneThatTheBridgeTakes(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("secret"), "s3cret\n");
    String[] parts = page().split("```json\n", -1);
    for (int i = 1; i < parts.length; i++) {
      String json =
          parts[i]
              .substring(0, parts[i].indexOf("```"))
              .replaceAll("(\"(?:token|secret)_file\": )\"[a-z]+\"", "$1\"" + file + "\"");
      assertThat(JsonValues.parse(json)).as(json).isPresent();
      assertThat(HttpRoom.config(json)).as(json).isNotNull();
    }
    assertThat(parts).hasSizeGreaterThan(6);
  }

  @Test
  void everySettingIsInTheTable() throws IOException {
    String settings = page().substring(page().indexOf("## Settings"));
    for (BridgeSetting setting : HttpConfig.SETTINGS) {
      assertThat(settings).contains("`" + setting.name() + "`");
    }
  }

  @Test
  void shellyIsPolledSwitchedAndHeard(@TempDir Path folder) throws Exception {
    // From the vendor's documentation of Switch.GetStatus.
    Path document =
        Files.writeString(
            folder.resolve("status.json"),
            "{\"id\":0,\"source\":\"HTTP_in\",\"output\":true,\"apower\":8.9,\"voltage\":237.5,"
                + "\"current\":0.1,\"aenergy\":{\"total\":6.5,\"by_minute\":[45.1,47.1,88.4],"
                + "\"minute_ts\":1626935779},\"temperature\":{\"tC\":23.5,\"tF\":74.4}}");
    try (Server server = HttpRoom.serverWith("DOCUMENT", document + "");
        HttpRoom room =
            new HttpRoom(
                    device("Shelly, second")
                        .replace("http://192.168.1.20", server.url())
                        .replace("/rpc/Switch.GetStatus", "/document/rpc/Switch.GetStatus")
                        .replace("127.0.0.1:8080", "127.0.0.1:0"))
                .start()) {
      assertThat(room.next()).isEqualTo("PARAM /relays/0/on true");
      assertThat(room.next()).isEqualTo("PARAM /relays/0/watts 8.9");
      room.set("/relays/0/on", Value.FALSE);
      assertThat(HttpRoom.text(server.request("Switch.Set"), "url"))
          .isEqualTo("/rpc/Switch.Set?id=0&on=false");
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create(room.url() + "/shelly/temperature?device=kitchen&tc=21.5"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(room.next()).isEqualTo("PARAM /kitchen/temperature 21.5");
    }
  }

  @Test
  void hueIsPolledAndSet(@TempDir Path folder) throws Exception {
    // From public documentation of GET /clip/v2/resource/light, shortened.
    Path document =
        Files.writeString(
            folder.resolve("lights.json"),
            "{\"errors\":[],\"data\":[{\"type\":\"light\",\"id\":\"3883f8bf\",\"on\":{\"on\":true},"
                + "\"dimming\":{\"brightness\":42.5}},{\"type\":\"light\",\"id\":\"77aa\","
                + "\"on\":{\"on\":false}}]}");
    try (Server server = HttpRoom.serverWith("DOCUMENT", document + "");
        HttpRoom room =
            new HttpRoom(
                    device("Philips Hue")
                        .replace("https://192.168.1.30", server.url())
                        .replace("\"/clip/v2/resource/light\"", "\"/document/lights\"")
                        .replace("/eventstream/clip/v2", "/hue-events/stay"))
                .start()) {
      // The poll and the stream are read side by side.
      java.util.Set<String> found = new java.util.TreeSet<>();
      for (int i = 0; i < 5; i++) {
        found.add(room.next());
      }
      assertThat(found)
          .containsExactly(
              "PARAM /hue/3883f8bf/brightness 42.5",
              "PARAM /hue/3883f8bf/on true",
              "PARAM /hue/77aa/brightness 10",
              "PARAM /hue/77aa/on false",
              "PARAM /hue/77aa/on true");
      assertThat(HttpRoom.headers(server.request("/hue-events")))
          .containsEntry("hue-application-key", Value.of("KEY"));
      room.set("/hue/77aa/brightness", Value.of(30));
      Map<String, Value> put = server.request("/clip/v2/resource/light/77aa");
      assertThat(HttpRoom.text(put, "body")).isEqualTo("{\"dimming\":{\"brightness\":30}}");
      assertThat(HttpRoom.headers(put)).containsEntry("hue-application-key", Value.of("KEY"));
    }
  }
}
