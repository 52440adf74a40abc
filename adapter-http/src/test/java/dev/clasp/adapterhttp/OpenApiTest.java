package dev.clasp.adapterhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the document says is there is there, and what is there is in the document. */
final class OpenApiTest {

  private static final List<String> METHODS = List.of("GET", "PUT", "POST", "PATCH", "DELETE");

  private static Map<String, Value> map(Value value) {
    return ((Value.Map) value).entries();
  }

  @Test
  void itIsTrue() {
    try (Site site = Site.open()) {
      Map<String, Value> document = map(site.get("/v1/openapi.json").json());
      assertThat(document.get("openapi")).isEqualTo(Value.of("3.1.0"));
      site.send("PUT", "/v1/state/x", "1");
      map(document.getOrDefault("paths", Value.NULL))
          .forEach((template, operations) -> {
            String path =
                template.replace("{address}", "x").replace("{prefix}", "x").replace("{lock}", "x");
            Set<String> told = new TreeSet<>();
            map(operations)
                .forEach((method, operation) -> {
                  told.add(method.toUpperCase(Locale.ROOT));
                  Set<String> statuses =
                      map(map(operation).getOrDefault("responses", Value.NULL)).keySet();
                  // An event stream does not end: what is wrong with it is answered.
                  String asked = path.equals("/v1/events") ? path + "?type=x" : path;
                  String sent = method.toUpperCase(Locale.ROOT);
                  Site.Answer answer =
                      sent.equals("PUT") || sent.equals("POST") || sent.equals("PATCH")
                          ? site.send(sent, asked, "{}")
                          : site.ask(sent, asked);
                  assertThat(statuses).as(sent + " " + asked).contains("" + answer.status());
                  assertThat(answer.text()).doesNotContain("no-such-path");
                });
            for (String method : METHODS) {
              if (!told.contains(method)) {
                assertThat(site.ask(method, path).status()).as(method + " " + path).isEqualTo(405);
              }
            }
          });
    }
  }
}
