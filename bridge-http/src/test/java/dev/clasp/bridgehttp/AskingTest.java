package dev.clasp.bridgehttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridgehttp.HttpRoom.Server;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Polls and streams of events from a server in Node; time passes when we say so. */
class AskingTest {

  private static HttpRoom client(String rest) {
    return new HttpRoom("{'mode':'client'," + rest + "}").start();
  }

  private static Map<String, Value> requestTo(Server server, String url) {
    return server.request("\"url\":\"" + url);
  }

  @Test
  void aPollTakesWhatPointersNameAndPassesOnOnlyWhatHasChanged()
      throws IOException, InterruptedException {
    try (Server server = HttpRoom.server();
        HttpRoom room =
            client(
                "'poll':[{'url':'"
                    + server.url()
                    + "/hot','every':'5s','values':"
                    + "{'/sensor/temp':'/room/temp','/sensor/name':'/room/name'}}]")) {
      assertThat(room.next()).isEqualTo("PARAM /room/temp 20.5");
      assertThat(room.next()).isEqualTo("PARAM /room/name \"stage\"");
      assertThat(HttpRoom.headers(requestTo(server, "/hot"))).doesNotContainKey("if-none-match");
      assertThat(room.context.passSeconds()).isBetween(4.5, 5.5);
      assertThat(HttpRoom.headers(requestTo(server, "/hot")))
          .containsEntry("if-none-match", Value.of("\"20.5\""));
      HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(URI.create(server.url() + "/hot/21")).build(),
              HttpResponse.BodyHandlers.ofString());
      room.context.passSeconds();
      assertThat(room.next()).isEqualTo("PARAM /room/temp 21");
      room.context.passSeconds();
      requestTo(server, "/hot/21");
      requestTo(server, "/hot");
      requestTo(server, "/hot");
      assertThat(room.context.parcels).isEmpty();
    }
  }

  @Test
  void whenTheRouterIsBackUnchangedValuesArePassedOnOnceMore() {
    try (Server server = HttpRoom.server();
        HttpRoom room =
            client(
                "'poll':[{'url':'"
                    + server.url()
                    + "/hot','every':'5s','values':{'/sensor/temp':'/room/temp'}}]")) {
      assertThat(room.next()).isEqualTo("PARAM /room/temp 20.5");
      requestTo(server, "/hot");
      room.endpoint.routerConnected(false);
      room.endpoint.routerConnected(true);
      room.context.passSeconds();
      assertThat(HttpRoom.headers(requestTo(server, "/hot"))).doesNotContainKey("if-none-match");
      assertThat(room.next()).isEqualTo("PARAM /room/temp 20.5");
    }
  }

  @Test
  void theDocumentsOfClaspsOwnApiNeedNoRules() {
    try (Server server = HttpRoom.server();
        HttpRoom room = client("'url':'" + server.url() + "','send':[],'poll_every':'1s'")) {
      assertThat(room.next()).isEqualTo("PARAM /a 1");
      assertThat(room.next()).isEqualTo("PARAM /b \"x\"");
    }
  }

  @Test
  void textIsTakenApartByExpressions() {
    try (Server server = HttpRoom.server();
        HttpRoom room =
            client(
                "'poll':[{'url':'"
                    + server.url()
                    + "/text','values':["
                    + "{'regex':'Power: ([0-9.]+)','address':'/power','type':'stream'},"
                    + "{'regex':'Status: (\\\\w+)','address':'/status','type':'event'}]}]")) {
      assertThat(room.next()).isEqualTo("STREAM /power 12.5");
      assertThat(room.next()).isEqualTo("EVENT /status \"OK\"");
    }
  }

  @Test
  void whatCannotBeReadIsToldWithItsUrlAndAskedForLessOften() {
    try (Server server = HttpRoom.server();
        HttpRoom broken =
            client("'poll':[{'url':'" + server.url() + "/broken?key=1','address':'/x'}]");
        HttpRoom huge = client("'poll':[{'url':'" + server.url() + "/huge','address':'/x'}]");
        HttpRoom nowhere =
            client("'poll':[{'url':'" + server.url() + "/hot','values':{'/sensor/hum':'/x'}}]");
        HttpRoom failing =
            client("'poll':[{'url':'" + server.url() + "/never/500','address':'/x'}]")) {
      assertThat(broken.context.awaitTold("down"))
          .isEqualTo("down GET " + server.url() + "/broken answers no json, but \"{\"temp\": 1\"");
      assertThat(huge.context.awaitTold("down"))
          .contains(server.url() + "/huge the answer is longer than 1048576 bytes (max_body)");
      assertThat(nowhere.context.awaitTold("down"))
          .contains("/hot there is nothing at /sensor/hum");
      assertThat(failing.context.awaitTold("down")).contains("/never/500 answers 500");
      assertThat(failing.context.passSeconds()).isBetween(4.5, 5.5);
      assertThat(failing.context.passSeconds()).isBetween(9.0, 11.0);
      assertThat(failing.context.passSeconds()).isBetween(18.0, 22.0);
    }
  }

  @Test
  void aServerThatComesBackIsAskedAsUsualAgain() {
    try (Server server = HttpRoom.server();
        HttpRoom room =
            client(
                "'poll':[{'url':'" + server.url() + "/fail/2','format':'text','address':'/x'}]")) {
      room.context.awaitTold("down");
      room.context.passSeconds();
      assertThat(room.context.passSeconds()).isBetween(9.0, 11.0);
      assertThat(room.context.awaitTold("up GET")).contains("works again");
      assertThat(room.context.passSeconds()).isBetween(4.5, 5.5);
    }
  }

  @Test
  void aStreamOfEventsGoesOnBehindTheLastOneAfterThePauseThatTheServerAsksFor() {
    try (Server server = HttpRoom.server();
        HttpRoom room =
            client(
                "'streams':[{'url':'"
                    + server.url()
                    + "/events','idle':'0s','values':"
                    + "{'/level':'/{event}'}}]")) {
      assertThat(room.next()).isEqualTo("PARAM /level 1");
      assertThat(room.next()).isEqualTo("PARAM /level 2");
      assertThat(HttpRoom.headers(requestTo(server, "/events")))
          .containsEntry("accept", Value.of("text/event-stream"))
          .doesNotContainKey("last-event-id");
      assertThat(room.context.awaitTold("down")).contains("has ended");
      assertThat(room.context.passSeconds()).isEqualTo(1.234);
      assertThat(HttpRoom.headers(requestTo(server, "/events")))
          .containsEntry("last-event-id", Value.of("2"));
      assertThat(room.next()).isEqualTo("PARAM /level 3");
      assertThat(room.next()).isEqualTo("PARAM /level 4");
    }
  }

  @Test
  void aStreamThatSaysNothingForTooLongIsConnectedAgain() {
    try (Server server = HttpRoom.server();
        HttpRoom room =
            client(
                "'streams':[{'url':'"
                    + server.url()
                    + "/events/stay','idle':'10s','address':'/x'}]")) {
      room.next();
      room.next();
      assertThat(room.context.passSeconds()).isEqualTo(10.0);
      room.context.awaitTold("down");
      room.context.passSeconds();
      requestTo(server, "/events");
      assertThat(HttpRoom.headers(requestTo(server, "/events")))
          .containsEntry("last-event-id", Value.of("2"));
    }
  }

  @Test
  void linesOfJsonAreReadToo() {
    try (Server server = HttpRoom.server();
        HttpRoom room =
            client(
                "'streams':[{'url':'"
                    + server.url()
                    + "/lines','kind':'lines','type':'stream',"
                    + "'values':{'/level':'/level'}}]")) {
      assertThat(room.next()).isEqualTo("STREAM /level 1");
      assertThat(room.next()).isEqualTo("STREAM /level 2");
      assertThat(room.context.awaitTold("dropped"))
          .isEqualTo(
              "dropped the stream " + server.url() + "/lines sends no JSON, but \"not json\"");
    }
  }

  @Test
  void whatIsNoStreamOfEventsIsTold() {
    try (Server server = HttpRoom.server();
        HttpRoom room = client("'streams':[{'url':'" + server.url() + "/text','address':'/x'}]")) {
      assertThat(room.context.awaitTold("down"))
          .contains("/text is no stream of events, but text/plain");
    }
  }
}
