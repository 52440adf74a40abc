package dev.clasp.systemtests;

import static dev.clasp.systemtests.PeerClient.Item.emit;
import static dev.clasp.systemtests.PeerClient.Item.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two Node.js processes with the published {@code @clasp-to/core} talk through the real server,
 * each in both roles. The server has two event loops, so that messages cross between them.
 */
@RealProgram
class JavaScriptClientTest {

  @RegisterExtension static final Stage stage = new Stage("--loops", "2");

  @Test
  void connectsAndLearnsItsSessionAndTheTime() {
    PeerClient a = stage.connect(stage.node(), "a");
    PeerClient b = stage.connect(stage.otherNode(), "b");

    assertThat(a.session()).hasSize(36).isNotEqualTo(b.session());
    assertThat(a.call("connected").booleanValue()).isTrue();
    assertThat(Math.abs(a.time() - System.currentTimeMillis() * 1000)).isLessThan(5_000_000);
    assertThat(a.fence().frameTypes()).startsWith(MessageType.WELCOME, MessageType.SNAPSHOT);
  }

  @Test
  void valuesTravelBothWaysBetweenTheProcesses() {
    PeerClient a = stage.connect(stage.node(), "a");
    PeerClient b = stage.connect(stage.otherNode(), "b");
    Watch onA = a.subscribe("/both/from-b/*");
    Watch onB = b.subscribe("/both/from-a/*");

    a.set("/both/from-a/level", 0.25);
    b.set("/both/from-b/level", 0.75);

    onB.await("/both/from-a/level", 0.25);
    onA.await("/both/from-b/level", 0.75);
    assertThat(onA.all()).hasSize(1);
    assertThat(onB.all()).hasSize(1);
  }

  @Test
  void wildcardsSelectSegments() {
    PeerClient writer = stage.connect(stage.node(), "writer");
    PeerClient reader = stage.connect(stage.otherNode(), "reader");
    Watch one = reader.subscribe("/wild/*/brightness");
    Watch any = reader.subscribe("/wild/**");
    Watch inside = reader.subscribe("/wild/light*/brightness");
    Watch exact = reader.subscribe("/wild/light1/brightness");

    List<String> addresses =
        List.of(
            "/wild/light1/brightness",
            "/wild/light2/brightness",
            "/wild/light1/hue",
            "/wild/a/b/brightness");
    addresses.forEach(address -> writer.set(address, 1));
    writer.set("/wilder/light1/brightness", 1);
    writer.set("/wild/end", 1);

    any.await("/wild/end");
    assertThat(any.addresses())
        .containsExactly(
            addresses.get(0), addresses.get(1), addresses.get(2), addresses.get(3), "/wild/end");
    assertThat(one.addresses())
        .containsExactly("/wild/light1/brightness", "/wild/light2/brightness");
    assertThat(inside.addresses())
        .containsExactly("/wild/light1/brightness", "/wild/light2/brightness");
    assertThat(exact.addresses()).containsExactly("/wild/light1/brightness");
  }

  @Test
  void aWriterThatSubscribesSeesItsOwnValues() {
    PeerClient desk = stage.connect(stage.node(), "desk");
    PeerClient other = stage.connect(stage.otherNode(), "other");
    Watch own = desk.subscribe("/echo/*");
    Watch others = other.subscribe("/echo/*");

    for (int i = 1; i <= 10; i++) {
      desk.set("/echo/fader", i / 10.0);
    }

    own.await("/echo/fader", 1.0);
    others.await("/echo/fader", 1.0);
    List<JsonNode> ten = IntStream.rangeClosed(1, 10).mapToObj(i -> Json.of(i / 10.0)).toList();
    assertThat(own.values()).isEqualTo(ten);
    assertThat(others.values()).isEqualTo(ten);
  }

  @Test
  void theRevisionCountsTheWrites() {
    PeerClient a = stage.connect(stage.node(), "a");
    PeerClient b = stage.connect(stage.otherNode(), "b");
    RawClient observer = stage.raw("observer");
    observer.send(Frames.subscribe(1, "/revisions/*"));
    observer.exchange();

    a.set("/revisions/x", 1);
    a.fence();
    b.set("/revisions/x", 2);
    b.fence();
    a.set("/revisions/x", 2);
    a.fence();

    assertThat(observer.messages())
        .extracting(message -> ((Message.SetValue) message).revision().orElseThrow())
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void getAnswersFromTheRouter() {
    PeerClient writer = stage.connect(stage.node(), "writer");
    PeerClient reader = stage.connect(stage.otherNode(), "reader");
    writer.set("/get/level", 0.5);
    writer.fence();

    assertThat(reader.get("/get/level")).isEqualTo(Json.of(0.5));
  }

  @Test
  void aGetOfNothingIsAnsweredByError404WhichTheClientTurnsIntoATimeout() {
    PeerClient reader = stage.connect(stage.node(), "reader");

    // The client waits five seconds and ignores the ERROR that comes at once.
    assertThatThrownBy(() -> reader.get("/get/nothing"))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("Timeout");

    assertThat(reader.lastError())
        .hasValueSatisfying(error -> {
          assertThat(error.get("code").intValue()).isEqualTo(404);
          assertThat(error.get("address").asText()).isEqualTo("/get/nothing");
        });
    assertThat(reader.cached("/get/nothing").has("$undefined")).as("no null in the cache").isTrue();
  }

  @Test
  void anEventReachesOthersButNotItsSender() {
    PeerClient sender = stage.connect(stage.node(), "sender");
    PeerClient neighbour = stage.connect(stage.node(), "neighbour");
    PeerClient other = stage.connect(stage.otherNode(), "other");
    Watch own = sender.subscribe("/event/*");
    Watch near = neighbour.subscribe("/event/*");
    Watch far = other.subscribe("/event/*");

    sender.emit("/event/go", Map.of("cue", "intro", "fade", 2.5));
    sender.emit("/event/bare");

    for (Watch watch : List.of(near, far)) {
      watch.await("/event/go", Map.of("cue", "intro", "fade", 2.5));
      watch.await("/event/bare", null);
      assertThat(watch.all()).hasSize(2);
    }
    sender.fence();
    assertThat(own.all()).isEmpty();
    assertThat(sender.frameTypes()).as("no ACK for PUBLISH").doesNotContain(MessageType.ACK);
  }

  @Test
  void anEventIsNotRemembered() {
    PeerClient sender = stage.connect(stage.node(), "sender");
    sender.emit("/gone/event", 1);
    sender.fence();

    PeerClient late = stage.connect(stage.otherNode(), "late");
    Watch watch = late.subscribe("/gone/*");

    assertThat(watch.all()).isEmpty();
    assertThat(late.frameTypes()).doesNotContain(MessageType.PUBLISH);
  }

  @Test
  void aStreamArrivesInOrder() {
    PeerClient sender = stage.connect(stage.node(), "sender");
    PeerClient viewer = stage.connect(stage.otherNode(), "viewer");
    Watch watch = viewer.subscribe("/stream/**");

    List<Map<String, JsonNode>> samples = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      samples.add(PeerClient.streamStep("/stream/accelerometer", Map.of("x", i, "y", i / 4.0)));
    }
    sender.many(samples);

    List<Watch.Delivery> received = watch.awaitCount(200);
    assertThat(received)
        .extracting(delivery -> delivery.value().get("x").intValue())
        .containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
  }

  @Test
  void aGestureArrivesWithItsPhases() {
    PeerClient sender = stage.connect(stage.node(), "sender");
    PeerClient viewer = stage.connect(stage.otherNode(), "viewer");
    Watch own = sender.subscribe("/touch/*");
    Watch watch = viewer.subscribe("/touch/*");

    sender.gesture("/touch/1", 7, "start", Map.of("x", 1));
    sender.gesture("/touch/1", 7, "move", Map.of("x", 2));
    sender.gesture("/touch/1", 7, "end", Map.of("x", 3));
    sender.gesture("/touch/1", 8, "cancel", Map.of());

    assertThat(watch.awaitCount(4))
        .extracting(Watch.Delivery::value)
        .containsExactly(
            Json.of(Map.of("x", 1, "phase", "start", "gestureId", 7)),
            Json.of(Map.of("x", 2, "phase", "move", "gestureId", 7)),
            Json.of(Map.of("x", 3, "phase", "end", "gestureId", 7)),
            Json.of(Map.of("phase", "cancel", "gestureId", 8)));
    sender.fence();
    assertThat(own.all()).isEmpty();
  }

  @Test
  void aTimelineArrivesWithoutItsKeyframesWhichTheClientDoesNotSend() {
    PeerClient sender = stage.connect(stage.node(), "sender");
    Watch watch = stage.connect(stage.otherNode(), "viewer").subscribe("/timeline/*");

    sender.timeline(
        "/timeline/dimmer",
        List.of(Map.of("time", 0, "value", 0.0), Map.of("time", 1_000_000, "value", 1.0)));

    watch.await("/timeline/dimmer", null);
  }

  @Test
  void aBundleArrivesWholeInOrderWithItsEventLast() {
    PeerClient sender = stage.connect(stage.node(), "sender");
    PeerClient intruder = stage.connect(stage.node(), "intruder");
    PeerClient viewer = stage.connect(stage.otherNode(), "viewer");
    Watch own = sender.subscribe("/scene/**");
    Watch watch = viewer.subscribe("/scene/**");
    sender.frameTypes();

    // Another client writes as fast as it can meanwhile; nothing of it may come between the
    // members.
    List<Map<String, JsonNode>> noise = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      noise.add(PeerClient.setStep("/scene/noise", i));
    }
    var intruding = stage.node().send(intruder.toString(), "many", Map.of("steps", Json.of(noise)));
    sender.bundle(
        set("/scene/active", "sunset"),
        set("/scene/light/1", 0.8),
        set("/scene/light/2", Map.of("r", 255, "g", 180)),
        emit("/scene/activated", Map.of("name", "sunset")));
    intruding.join();

    watch.await("/scene/noise", 499);
    watch.await("/scene/activated", Map.of("name", "sunset"));
    List<String> bundle =
        List.of("/scene/active", "/scene/light/1", "/scene/light/2", "/scene/activated");
    assertThat(watch.addresses()).containsSubsequence(bundle).containsSequence(bundle);
    own.await("/scene/noise", 499);
    // The bundle may be behind the last of the noise.
    own.await("/scene/light/2", Map.of("r", 255, "g", 180));
    assertThat(own.addresses())
        .as("the sender sees its values but not its event")
        .containsSequence(bundle.subList(0, 3))
        .doesNotContain("/scene/activated");
    assertThat(sender.fence().frameTypes())
        .as("one ACK for the bundle")
        .containsOnlyOnce(MessageType.ACK)
        .doesNotContain(MessageType.BUNDLE);
  }

  @Test
  void aBundleForLaterRunsAtItsTime() {
    PeerClient sender = stage.connect(stage.node(), "sender");
    Watch watch = stage.connect(stage.otherNode(), "viewer").subscribe("/later/**");

    long due =
        sender.bundleAhead(600_000, set("/later/counter", 1), emit("/later/triggered", true));
    assertThat(sender.fence().frameTypes())
        .as("acknowledged when accepted")
        .contains(MessageType.ACK);

    assertThat(watch.awaitCount(2))
        .extracting(Watch.Delivery::address)
        .containsExactly("/later/counter", "/later/triggered");
    // The peers share the machine's clock; five milliseconds are for its steps and for rounding.
    assertThat(watch.all())
        .allMatch(delivery -> delivery.timeMillis() >= due / 1000.0 - 5, "not before " + due);
  }

  @Test
  void aBundleForATimeInThePastRunsAtOnce() {
    PeerClient sender = stage.connect(stage.node(), "sender");
    Watch watch = stage.connect(stage.otherNode(), "viewer").subscribe("/past/*");

    sender.bundleAt(1_000_000, set("/past/x", 1));

    watch.await("/past/x", 1);
  }

  @Test
  void afterUnsubscribingNothingComes() {
    PeerClient writer = stage.connect(stage.node(), "writer");
    PeerClient reader = stage.connect(stage.otherNode(), "reader");
    Watch first = reader.subscribe("/unsubscribe/*");
    Watch second = reader.subscribe("/unsubscribe/b");
    writer.set("/unsubscribe/a", 1);
    first.await("/unsubscribe/a", 1);

    first.unsubscribe();
    reader.frameTypes();
    writer.set("/unsubscribe/a", 2);
    writer.set("/unsubscribe/b", 3);

    second.await("/unsubscribe/b", 3);
    assertThat(first.values()).containsExactly(Json.of(1));
    assertThat(reader.frameTypes())
        .as("one frame, for /unsubscribe/b")
        .containsExactly(MessageType.SET);
  }

  @Test
  void overlappingSubscriptionsGetOneFrame() {
    PeerClient writer = stage.connect(stage.node(), "writer");
    PeerClient reader = stage.connect(stage.otherNode(), "reader");
    Watch wide = reader.subscribe("/overlap/**");
    Watch narrow = reader.subscribe("/overlap/*");
    Watch exact = reader.subscribe("/overlap/x");
    reader.frameTypes();

    writer.set("/overlap/x", 1);
    writer.emit("/overlap/x", 2);

    for (Watch watch : List.of(wide, narrow, exact)) {
      watch.awaitCount(2);
      assertThat(watch.values()).containsExactly(Json.of(1), Json.of(2));
    }
    assertThat(reader.fence().frameTypes()).containsExactly(MessageType.SET, MessageType.PUBLISH);
  }

  @Test
  void aSubscriptionWithEpsilonIsSparedSmallChanges() {
    PeerClient writer = stage.connect(stage.node(), "writer");
    PeerClient reader = stage.connect(stage.otherNode(), "reader");
    Watch coarse = reader.subscribe("/epsilon/*", Map.of("epsilon", 0.1));

    for (double value : List.of(0.5, 0.55, 0.45, 0.75, 0.8)) {
      writer.set("/epsilon/x", value);
    }
    writer.emit("/epsilon/end", 1);

    coarse.await("/epsilon/end", 1);
    assertThat(coarse.values()).containsExactly(Json.of(0.5), Json.of(0.75), Json.of(1));
  }

  @Test
  void unicodeSurvives() {
    PeerClient writer = stage.connect(stage.node(), "writer");
    PeerClient reader = stage.connect(stage.otherNode(), "reader");
    Watch watch = reader.subscribe("/übung/**");
    String text = "héllo ☃ 日本語 🎛️ \u0000 \u202e end";

    writer.set("/übung/szene ☃/🎚", text);
    writer.emit("/übung/ereignis", Map.of("schlüssel ☃", text));

    watch.await("/übung/szene ☃/🎚", text);
    watch.await("/übung/ereignis", Map.of("schlüssel ☃", text));
    assertThat(stage.connect(stage.otherNode(), "late").get("/übung/szene ☃/🎚"))
        .isEqualTo(Json.of(text));
  }

  @Test
  void everyKindOfValueSurvives() {
    Map<String, Object> values = new HashMap<>();
    values.put("true", true);
    values.put("false", false);
    values.put("zero", 0);
    values.put("integer", 42);
    values.put("negative", -7);
    values.put("large", 9_007_199_254_740_991L);
    values.put("fraction", 0.1);
    values.put("tiny", Double.MIN_VALUE);
    values.put("huge", Double.MAX_VALUE);
    values.put("minus-zero", Json.number("-0"));
    values.put("infinity", Json.number("Infinity"));
    values.put("minus-infinity", Json.number("-Infinity"));
    values.put("nan", Json.number("NaN"));
    values.put("empty-text", "");
    values.put("text", "text");
    values.put("empty-bytes", Json.bytes());
    values.put("bytes", Json.bytes(0, 1, 127, 128, 255));
    values.put("empty-array", List.of());
    values.put("array", Arrays.asList(1, "two", false, null, List.of(3.5)));
    values.put("empty-map", Map.of());
    values.put("map", Map.of("r", 255, "nested", Map.of("deep", List.of(Map.of("x", 1)))));
    PeerClient writer = stage.connect(stage.node(), "writer");
    PeerClient reader = stage.connect(stage.otherNode(), "reader");
    Watch live = reader.subscribe("/kinds/**");

    values.forEach((name, value) -> writer.set("/kinds/" + name, value));
    writer.set("/kinds/null", null);

    values.forEach((name, value) -> live.await("/kinds/" + name, value));
    live.await("/kinds/null", null);
    Watch stored = stage.connect(stage.otherNode(), "late").subscribe("/kinds/**");
    values.forEach((name, value) -> stored.await("/kinds/" + name, value));
    stored.await("/kinds/null", null);
    assertThat(stored.all()).hasSize(values.size() + 1);
  }

  @Test
  void oneWriterReachesTwentyClients() {
    PeerClient writer = stage.connect(stage.node(), "writer");
    List<Watch> watches = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Peer process = i % 2 == 0 ? stage.node() : stage.otherNode();
      watches.add(stage.connect(process, "viewer").subscribe("/fan-out/**"));
    }

    // Waiting values may be conflated, so each has an address of its own.
    List<Map<String, JsonNode>> writes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      writes.add(PeerClient.setStep("/fan-out/value/" + i, i));
      writes.add(PeerClient.emitStep("/fan-out/event", i));
    }
    writer.many(writes);

    for (Watch watch : watches) {
      List<Watch.Delivery> all = watch.awaitCount(200);
      for (int i = 0; i < 100; i++) {
        assertThat(all.get(2 * i).address()).isEqualTo("/fan-out/value/" + i);
        assertThat(all.get(2 * i).value()).isEqualTo(Json.of(i));
        assertThat(all.get(2 * i + 1).value()).isEqualTo(Json.of(i));
      }
    }
    writer.fence();
    assertThat(watches).allMatch(watch -> watch.all().size() == 200);
  }
}
