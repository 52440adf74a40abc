package dev.clasp.bridgehttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridgehttp.HttpRoom.Server;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.CertificateMaker;
import dev.clasp.testkit.Eventually;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signals as requests, to a server in Node that fails on purpose; time passes when we say so. */
class SendingTest {

  private static Map<String, Value> requestTo(Server server, String url) {
    return server.request("\"url\":\"" + url);
  }

  /** Lets time pass until so many requests have arrived. */
  private static void awaitRequests(HttpRoom room, int count) {
    Eventually.is(
        () -> count + " requests have arrived; told was " + room.context.told,
        () -> {
          TimedContext.Due due = room.context.due.poll();
          if (due != null) {
            room.context.nanos.addAndGet(due.delayNanos());
            due.task().run();
          }
          return Value.of(count).equals(room.endpoint.details().get("requests"));
        });
  }

  @Test
  void withoutRulesSetIsPutAndEventIsPostAsPublishedBridgesDo() {
    try (Server server = HttpRoom.server();
        HttpRoom room =
            new HttpRoom("{'mode':'client','url':'" + server.url() + "/base'}").start()) {
      room.set("/lamp/1", Value.of(Map.of("on", Value.TRUE)));
      Map<String, Value> put = requestTo(server, "/base/lamp/1");
      assertThat(HttpRoom.text(put, "method")).isEqualTo("PUT");
      assertThat(HttpRoom.text(put, "body")).isEqualTo("{\"on\":true}");
      assertThat(HttpRoom.headers(put)).containsEntry("content-type", Value.of("application/json"));
      room.emit("/bell öffnen", Value.of(3));
      Map<String, Value> post = requestTo(server, "/base/bell%20%C3%B6ffnen");
      assertThat(HttpRoom.text(post, "method")).isEqualTo("POST");
      assertThat(HttpRoom.text(post, "body")).isEqualTo("3");
      Eventually.is(
          "both are counted", () -> Value.of(2).equals(room.endpoint.details().get("requests")));
    }
  }

  @Test
  void rulesMakeAnyRequestOfASignal() {
    try (Server server = HttpRoom.server();
        HttpRoom room =
            new HttpRoom(
                    """
                    {'mode':'client','url':'%s','token':'s3cret','send':[
                     {'match':'/relays/:id/on','url':'/rpc/Switch.Set?id={id}&on={value}','method':'GET'},
                     {'match':'/hue/{id}','url':'/clip/v2/resource/light/{id}','headers':{'X-Id':'{id}'},
                      'body':{'on':{'on':'{value:/on}'},'dimming':{'brightness':'{value:/level}'},'by':'clasp {type}'}},
                     {'match':'/form/**','url':'/f','method':'POST','format':'form','body':{'where':'{address}','what':'{value}'}},
                     {'match':'/pack','url':'/p','format':'msgpack'},
                     {'match':'/text','url':'/t','format':'text','content_type':'text/x-level'}]}
                    """
                        .formatted(server.url()))
                .start()) {
      room.set("/relays/0/on", Value.TRUE);
      Map<String, Value> get = requestTo(server, "/rpc/Switch.Set?id=0&on=true");
      assertThat(HttpRoom.text(get, "method")).isEqualTo("GET");
      assertThat(HttpRoom.headers(get)).containsEntry("authorization", Value.of("Bearer s3cret"));
      room.set("/hue/a b", Value.of(Map.of("on", Value.FALSE, "level", Value.of(12.5))));
      Map<String, Value> put = requestTo(server, "/clip/v2/resource/light/a%20b");
      assertThat(HttpRoom.text(put, "body"))
          .isEqualTo(
              "{\"on\":{\"on\":false},\"dimming\":{\"brightness\":12.5},\"by\":\"clasp param\"}");
      assertThat(HttpRoom.headers(put)).containsEntry("x-id", Value.of("a b"));
      room.set("/form/x", Value.of("a&b"));
      assertThat(HttpRoom.text(requestTo(server, "/f"), "body"))
          .isEqualTo("where=%2Fform%2Fx&what=a%26b");
      room.set("/pack", Value.of(200));
      assertThat(HttpRoom.text(requestTo(server, "/p"), "hex")).isEqualTo("ccc8");
      room.set("/text", Value.of(1e21));
      Map<String, Value> text = requestTo(server, "/t");
      assertThat(HttpRoom.text(text, "body")).isEqualTo("1000000000000000000000");
      assertThat(HttpRoom.headers(text)).containsEntry("content-type", Value.of("text/x-level"));
    }
  }

  @Test
  void whatFailsIsTriedAgainAfterPausesThatGrow() {
    try (Server server = HttpRoom.server();
        HttpRoom room = new HttpRoom("{'mode':'client','url':'" + server.url() + "'}").start()) {
      room.set("/fail/3", Value.of(1));
      assertThat(room.context.passSeconds()).isBetween(0.25, 0.5);
      assertThat(room.context.passSeconds()).isBetween(0.5, 1.0);
      assertThat(room.context.passSeconds()).isBetween(1.0, 2.0);
      Eventually.is(
          "it has arrived",
          () ->
              Value.of(1).equals(room.endpoint.details().get("requests"))
                  && Value.of(0).equals(room.endpoint.details().get("waiting")));
      assertThat(room.endpoint.details())
          .containsEntry("retries", Value.of(3))
          .containsEntry("waiting", Value.of(0));
      assertThat(room.context.awaitTold("error")).contains("/fail/3 answers 500; tried again");
    }
  }

  @Test
  void aBusyServerIsLeftAloneForAsLongAsItAsks() {
    try (Server server = HttpRoom.server();
        HttpRoom room = new HttpRoom("{'mode':'client','url':'" + server.url() + "'}").start()) {
      room.set("/busy/1", Value.of(1));
      room.context.awaitTold("error");
      room.set("/other", Value.of(2));
      assertThat(room.context.passSeconds()).isBetween(6.9, 7.1);
      requestTo(server, "/busy/1");
      requestTo(server, "/other");
      Eventually.is(
          "both have arrived", () -> Value.of(2).equals(room.endpoint.details().get("requests")));
    }
  }

  @Test
  void aConnectionThatBreaksAndAnAnswerThatNeverComesAreTriedAgain() {
    try (Server server = HttpRoom.server();
        HttpRoom room =
            new HttpRoom("{'mode':'client','url':'" + server.url() + "','timeout':'1s'}").start()) {
      room.emit("/closed", Value.of(1));
      room.emit("/slow", Value.of(1));
      // On a busy machine also an answer that comes may be late.
      awaitRequests(room, 2);
      assertThat(room.context.told)
          .anySatisfy(told -> assertThat(told).startsWith("error").contains("/closed"))
          .anySatisfy(told -> assertThat(told).startsWith("error").contains("/slow"));
    }
  }

  @Test
  void whatTheServerRefusesIsLostWithAReasonAndTheRestGoesOn() {
    try (Server server = HttpRoom.server();
        HttpRoom room =
            new HttpRoom("{'mode':'client','url':'" + server.url() + "','attempts':2}").start()) {
      room.set("/never/404", Value.of(1));
      assertThat(room.context.awaitTold("dropped"))
          .isEqualTo("dropped /never/404: PUT " + server.url() + "/never/404 answers 404");
      room.set("/never/503", Value.of(1));
      room.context.passSeconds();
      assertThat(room.context.awaitTold("dropped"))
          .isEqualTo(
              "dropped /never/503: PUT "
                  + server.url()
                  + "/never/503 answers 503, after 2 attempts");
      room.set("/a/../admin", Value.of(1));
      assertThat(room.context.awaitTold("dropped")).contains("with . or .. in its path");
      room.set("/fine", Value.of(1));
      requestTo(server, "/fine");
    }
  }

  @Test
  void whileAServerIsAwayOnlyTheNewestValueWaitsAndEventsAllDo() {
    try (Server server = HttpRoom.server();
        HttpRoom room = new HttpRoom("{'mode':'client','url':'" + server.url() + "'}").start()) {
      room.set("/fail/1/level", Value.of(0));
      room.context.awaitTold("error");
      for (int i = 1; i <= 100; i++) {
        room.set("/fail/1/level", Value.of(i));
      }
      room.emit("/fail/1/bell", Value.of(1));
      room.emit("/fail/1/bell", Value.of(2));
      Eventually.is(
          "the newest value and both events wait",
          () -> Value.of(3).equals(room.endpoint.details().get("waiting")));
      awaitRequests(room, 3);
      assertThat(HttpRoom.text(requestTo(server, "/fail/1/level"), "body")).isEqualTo("0");
    }
  }

  @Test
  void moreThanMayWaitIsLostAndSaid() {
    try (Server server = HttpRoom.server();
        HttpRoom room =
            new HttpRoom("{'mode':'client','url':'" + server.url() + "','queue':2}").start()) {
      room.emit("/never/500", Value.of(1));
      room.context.awaitTold("error");
      room.emit("/never/500", Value.of(2));
      room.emit("/never/500", Value.of(3));
      assertThat(room.context.awaitTold("dropped"))
          .isEqualTo("dropped /never/500: 2 requests wait already");
    }
  }

  @Test
  void webhooksAreSignedAndHaveOneKeyForAllAttempts() throws Exception {
    try (Server server = HttpRoom.server();
        HttpRoom room =
            new HttpRoom(
                    """
                    {'mode':'client','secret':'whsec','send':[
                      {'match':'/fail/*/a','url':'%1$s/fail/1/a','method':'POST','signature':'timestamped'},
                      {'match':'/b','url':'%1$s/b','method':'POST','signature':'sha256','secret':'other'}]}
                    """
                        .formatted(server.url()))
                .start()) {
      room.emit("/fail/x/a", Value.of("é"));
      Map<String, Value> first = requestTo(server, "/fail/1/a");
      room.context.passSeconds();
      Map<String, Value> second = requestTo(server, "/fail/1/a");
      assertThat(HttpRoom.headers(second).get("idempotency-key"))
          .isEqualTo(HttpRoom.headers(first).get("idempotency-key"))
          .isNotNull();
      long time = HttpRoom.NOW.getEpochSecond();
      assertThat(HttpRoom.headers(second).get("clasp-signature"))
          .isEqualTo(Value.of("t=" + time + ",v1=" + OpenSsl.hmac("whsec", time + ".\"é\"")));
      room.emit("/b", Value.of(1));
      assertThat(HttpRoom.headers(requestTo(server, "/b")).get("x-hub-signature-256"))
          .isEqualTo(Value.of("sha256=" + OpenSsl.hmac("other", "1")));
    }
  }

  @Test
  void credentialsDoNotFollowARedirectToAnotherHost() {
    try (Server server = HttpRoom.server();
        Server other = HttpRoom.server();
        HttpRoom room =
            new HttpRoom(
                    "{'mode':'client','url':'"
                        + server.url()
                        + "','token':'s3cret','send':["
                        + "{'match':'/far','url':'/elsewhere/307?to="
                        + other.url()
                        + "/gotcha'},"
                        + "{'match':'/near','url':'/elsewhere/307?to=/here'},"
                        + "{'match':'/read','url':'/elsewhere/302?to=/here'}]}")
                .start();
        HttpRoom anywhere =
            new HttpRoom(
                    "{'mode':'client','redirects':'anywhere','url':'"
                        + server.url()
                        + "','token':'s3cret','send':["
                        + "{'match':'/far','url':'/elsewhere/307?to="
                        + other.url()
                        + "/gotcha'}]}")
                .start()) {
      room.set("/far", Value.of(1));
      assertThat(room.context.awaitTold("dropped"))
          .contains("is redirected to " + other.url() + "/gotcha, which is not followed");
      room.set("/near", Value.of(1));
      assertThat(HttpRoom.headers(requestTo(server, "/here")))
          .containsEntry("authorization", Value.of("Bearer s3cret"));
      room.set("/read", Value.of(1));
      assertThat(room.context.awaitTold("dropped")).contains("is redirected to");
      anywhere.set("/far", Value.of(1));
      Map<String, Value> followed = requestTo(other, "/gotcha");
      assertThat(HttpRoom.text(followed, "body")).isEqualTo("1");
      assertThat(HttpRoom.headers(followed)).doesNotContainKey("authorization");
    }
  }

  @Test
  void theOtherSideIsTrustedByItsAuthorityAndKnowsUsByOurCertificate(@TempDir Path folder) {
    CertificateMaker.Issued root = CertificateMaker.root("the house").write(folder, "root");
    root.issue(CertificateMaker.Kind.LEAF, "localhost", "127.0.0.1").write(folder, "server");
    root.issue(CertificateMaker.Kind.LEAF, "bridge").write(folder, "bridge");
    try (Server server =
        HttpRoom.server(
            folder.resolve("server.pem") + "",
            folder.resolve("server.key") + "",
            folder.resolve("root.pem") + "")) {
      String url = "'mode':'client','attempts':1,'url':'https://127.0.0.1:" + server.port() + "'";
      String ours =
          ",'cert':'"
              + folder.resolve("bridge.pem")
              + "','key':'"
              + folder.resolve("bridge.key")
              + "'";
      try (HttpRoom trusting =
              new HttpRoom("{" + url + ours + ",'ca':'" + folder.resolve("root.pem") + "'}")
                  .start();
          HttpRoom insecure = new HttpRoom("{" + url + ours + ",'insecure':true}").start();
          HttpRoom strange = new HttpRoom("{" + url + ours + "}").start();
          HttpRoom nobody =
              new HttpRoom("{" + url + ",'ca':'" + folder.resolve("root.pem") + "'}").start()) {
        trusting.set("/secure", Value.of(1));
        requestTo(server, "/secure");
        insecure.set("/insecure", Value.of(1));
        requestTo(server, "/insecure");
        strange.set("/strange", Value.of(1));
        assertThat(strange.context.awaitTold("dropped")).contains("/strange");
        nobody.set("/nobody", Value.of(1));
        assertThat(nobody.context.awaitTold("dropped")).contains("/nobody");
      }
    }
  }

  @Test
  void whatTheBridgeSignsTheBridgeAccepts() throws Exception {
    try (HttpRoom receiver =
            new HttpRoom(
                    "{'mode':'client','bind':'127.0.0.1:0','endpoints':[{'path':'/in/*what',"
                        + "'method':'POST','address':'/got/{what}','secret':'s'}]}",
                    InstantSource.fixed(HttpRoom.NOW.plusSeconds(200)))
                .start();
        HttpRoom sender =
            new HttpRoom(
                    "{'mode':'client','send':[{'match':'/**','method':'POST','url':'"
                        + receiver.url()
                        + "/in{address}','secret':'s'}]}")
                .start()) {
      sender.emit("/a/b", Value.of(7));
      assertThat(receiver.next()).isEqualTo("EVENT /got/a/b 7");
      HttpResponse<String> unsigned =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(receiver.url() + "/in/x"))
                      .POST(HttpRequest.BodyPublishers.ofString("1"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(unsigned.statusCode()).isEqualTo(401);
    }
  }
}
