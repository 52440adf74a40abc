package dev.clasp.systemtests;

import static dev.clasp.systemtests.Frames.setAndLock;
import static dev.clasp.systemtests.Frames.setAndUnlock;
import static dev.clasp.systemtests.Frames.subscribe;
import static dev.clasp.systemtests.PeerClient.Item.emit;
import static dev.clasp.systemtests.PeerClient.Item.set;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.client.BlockingClient;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.Parameter;
import dev.clasp.client.SetOptions;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Easing;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The acceptance scenarios, each told by its number with mixed clients. Addresses begin with the
 * number, so that stories do not meet. S6 is in {@link LateJoinerTest}, S13 in {@link
 * BrowserClientTest}, S19 in {@link ReconnectTest}.
 */
@RealProgram
class ScenariosTest {

  @RegisterExtension static final Stage stage = new Stage("--loops", "2");

  private static Message.Ack acknowledged(RawClient client, Message message) {
    List<Message> answers = client.send(message, Qos.CONFIRM).messages();
    assertThat(answers).singleElement().isInstanceOf(Message.Ack.class);
    return (Message.Ack) answers.getFirst();
  }

  private static Message.Error refused(RawClient client, Message message) {
    List<Message> answers = client.send(message, Qos.CONFIRM).messages();
    assertThat(answers).singleElement().isInstanceOf(Message.Error.class);
    return (Message.Error) answers.getFirst();
  }

  private static Message.Parameter stored(RawClient client, String address) {
    return client.send(new Message.Get(address)).messages().stream()
        .filter(Message.Snapshot.class::isInstance)
        .flatMap(snapshot -> ((Message.Snapshot) snapshot).parameters().stream())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void s1FirstConnectionAcrossLanguages() {
    PeerClient python = stage.connect(stage.python(), "python");
    PeerClient sensor = stage.connect(stage.node(), "sensor");
    Watch readings = python.subscribe("/s1/sensors/**");

    sensor.set("/s1/sensors/room1/temperature", 22.5);
    sensor.emit("/s1/alerts/sensor", Map.of("room", "room1"));

    readings.await("/s1/sensors/room1/temperature", 22.5);
    sensor.fence();
    python.fence();
    assertThat(readings.all()).as("once, and nothing for the alert").hasSize(1);
    assertThat(stage.connect(stage.otherNode(), "second").get("/s1/sensors/room1/temperature"))
        .isEqualTo(Json.of(22.5));
    RawClient third = stage.raw("third");
    Message.Parameter parameter = stored(third, "/s1/sensors/room1/temperature");
    assertThat(parameter.value()).isEqualTo(Value.of(22.5));
    assertThat(parameter.revision()).isEqualTo(1);
    assertThat(parameter.writer()).contains(sensor.session());
    assertThat(refused(third, new Message.Get("/s1/sensors/room9/temperature")).code())
        .isEqualTo(404);
  }

  @Test
  void s2LightingDeskFaderEcho() {
    PeerClient a = stage.connect(stage.node(), "desk a");
    PeerClient b = stage.connect(stage.otherNode(), "desk b");
    PeerClient both = stage.connect(stage.otherNode(), "both");
    Watch onA = a.subscribe("/s2/lights/*/brightness");
    Watch onB = b.subscribe("/s2/lights/*/brightness");
    Watch wide = both.subscribe("/s2/lights/**");
    Watch narrow = both.subscribe("/s2/lights/1/*");
    both.frameTypes();
    RawClient observer = stage.raw("observer");
    observer.send(subscribe(1, "/s2/**"));
    observer.exchange();

    List<JsonNode> fade = IntStream.rangeClosed(1, 10).mapToObj(i -> Json.of(i / 10.0)).toList();
    fade.forEach(value -> a.set("/s2/lights/1/brightness", value));
    a.set("/s2/lights/1/brightness", 1.0);
    a.fence();

    List<JsonNode> eleven = new ArrayList<>(fade);
    eleven.add(Json.of(1.0));
    for (Watch watch : List.of(onA, onB, wide, narrow)) {
      watch.awaitCount(11);
      assertThat(watch.values()).isEqualTo(eleven);
    }
    assertThat(observer.messages())
        .extracting(message -> ((Message.SetValue) message).revision().orElseThrow())
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
    assertThat(both.fence().frameTypes()).as("one frame per change").hasSize(11);
  }

  @Test
  void s3SceneRecallAsOneBundle() {
    PeerClient.Item[] scene = {
      set("/s3/scene/active", "sunset"),
      set("/s3/lights/1/brightness", 0.8),
      set("/s3/lights/1/color", Map.of("r", 255, "g", 180, "b", 100)),
      set("/s3/lights/2/brightness", 0.6),
      set("/s3/lights/2/color", Map.of("r", 255, "g", 150, "b", 80)),
      emit("/s3/scene/activated", Map.of("name", "sunset"))
    };
    PeerClient desk = stage.connect(stage.node(), "desk");
    PeerClient python = stage.connect(stage.python(), "python");
    Watch own = desk.subscribe("/s3/**");
    desk.frameTypes();
    RawClient viewer = stage.raw("viewer");
    viewer.send(subscribe(1, "/s3/**"));
    viewer.exchange();

    desk.bundle(scene);
    desk.fence();

    assertThat(viewer.messages())
        .extracting(message -> message.getClass().getSimpleName())
        .containsExactly("SetValue", "SetValue", "SetValue", "SetValue", "SetValue", "Publish");
    assertThat(own.awaitCount(5)).hasSize(5);
    assertThat(desk.frameTypes())
        .as("five values, no event, one ACK for the bundle")
        .containsExactly(
            MessageType.SET,
            MessageType.SET,
            MessageType.SET,
            MessageType.SET,
            MessageType.SET,
            MessageType.ACK);

    // Python asks with QoS 0 and would go deaf on an ACK.
    Watch onPython = python.subscribe("/s3/scene/*");
    python.bundle(scene);
    python.fence();
    onPython.awaitCount(2);
    assertThat(viewer.messages()).hasSize(6);
    desk.set("/s3/scene/active", "night");
    onPython.await("/s3/scene/active", "night");
  }

  @Test
  void s4ScheduledCue() {
    PeerClient desk = stage.connect(stage.node(), "desk");
    Watch viewer = stage.connect(stage.otherNode(), "viewer").subscribe("/s4/**");

    long due =
        desk.bundleAhead(
            1_000_000, set("/s4/counter", 1), emit("/s4/triggered", Map.of("scheduled", true)));
    desk.bundleAt(due - 10_000_000, set("/s4/past", 1));

    viewer.await("/s4/past", 1);
    assertThat(viewer.all())
        .as("of the cue nothing yet, if it is not due yet")
        .satisfiesAnyOf(
            all -> assertThat(all).hasSize(1),
            all -> assertThat(System.currentTimeMillis() * 1000).isGreaterThan(due));
    viewer.await("/s4/counter", 1);
    viewer.await("/s4/triggered", Map.of("scheduled", true));
    assertThat(viewer.all())
        .filteredOn(delivery -> !delivery.address().equals("/s4/past"))
        .hasSize(2)
        .allMatch(delivery -> delivery.timeMillis() >= due / 1000.0 - 5, "not before " + due);
  }

  @Test
  void s4AScheduledCueCanBeCalledOff() {
    RawClient desk = stage.raw("desk");
    Watch viewer = stage.connect(stage.otherNode(), "viewer").subscribe("/s4b/**");

    int sent =
        Ahead.ofTime(
            1_500_000,
            (number, lead) -> {
              long due = System.currentTimeMillis() * 1000 + lead;
              desk.send(Frames.bundleAt(due, Frames.set("/s4b/" + number + "/cue", 1)));
              desk.send(Frames.bundleAt(due));
              desk.send(Frames.bundleAt(due + 100_000, Frames.set("/s4b/" + number + "/next", 2)));
              desk.exchange();
              return due;
            });

    viewer.await("/s4b/" + sent + "/next", 2);
    assertThat(viewer.addresses()).doesNotContain("/s4b/" + sent + "/cue");
  }

  @Test
  void s5SixStepFade() {
    PeerClient desk = stage.connect(stage.node(), "desk");
    Watch viewer = stage.connect(stage.otherNode(), "viewer").subscribe("/s5/*/*");
    AtomicLong first = new AtomicLong();

    int sent =
        Ahead.ofTime(
            500_000,
            (number, lead) -> {
              long start = desk.time() + lead;
              first.set(start);
              desk.many(
                  Stream.of(3, 0, 5, 1, 4, 2)
                      .map(i ->
                          PeerClient.bundleStep(
                              start + i * 200_000,
                              set("/s5/" + number + "/brightness", i / 5.0),
                              set("/s5/" + number + "/step", i)))
                      .toList());
              desk.fence();
              return start;
            });

    long start = first.get();
    List<Watch.Delivery> steps = viewer.awaitBelow("/s5/" + sent + "/", 12);
    for (int i = 0; i < 6; i++) {
      assertThat(steps.get(2 * i).value()).isEqualTo(Json.of(i / 5.0));
      assertThat(steps.get(2 * i + 1).value()).isEqualTo(Json.of(i));
      assertThat(steps.get(2 * i).timeMillis())
          .isGreaterThanOrEqualTo((start + i * 200_000) / 1000.0 - 5);
    }
  }

  @Test
  void s7CueList() {
    PeerClient manager = stage.connect(stage.node(), "stage manager");
    List<Watch> crew =
        List.of(
            stage.connect(stage.otherNode(), "lighting").subscribe("/s7/cue/go"),
            stage.connect(stage.otherNode(), "sound").subscribe("/s7/cue/*"),
            stage.connect(stage.python(), "video").subscribe("/s7/cue/**"));

    manager.emit("/s7/cue/go", Map.of("cueId", "intro", "fadeTime", 2.0));
    manager.bundle(
        set("/s7/cue/current", "intro"),
        set("/s7/cue/progress", 0),
        set("/s7/cue/started", Map.of("name", "intro")));
    manager.emit("/s7/cue/go", Map.of("cueId", "pressed twice"));
    manager.emit("/s7/cue/go", Map.of("cueId", "pressed twice"));
    manager.fence();

    for (Watch watch : crew) {
      List<JsonNode> events =
          watch
              .received()
              .awaitAnswer(
                  "three events",
                  all ->
                      Optional.of(
                              all.stream()
                                  .filter(d -> d.address().equals("/s7/cue/go"))
                                  .map(Watch.Delivery::value)
                                  .toList())
                          .filter(list -> list.size() == 3));
      assertThat(events.getFirst()).isEqualTo(Json.of(Map.of("cueId", "intro", "fadeTime", 2.0)));
      assertThat(events.get(1)).isEqualTo(events.get(2));
    }
    Watch late = stage.connect(stage.otherNode(), "late").subscribe("/s7/cue/**");
    late.await("/s7/cue/current", "intro");
    late.await("/s7/cue/progress", 0);
    late.await("/s7/cue/started", Map.of("name", "intro"));
    assertThat(late.addresses()).doesNotContain("/s7/cue/go");
  }

  @Test
  void s8FiveKindsOfSignalsAreFilteredByTheirType() {
    RawClient values = stage.raw("values");
    values.send(subscribe(1, "/s8/**", SignalType.PARAM.maskBit()));
    values.exchange();
    RawClient samples = stage.raw("samples");
    samples.send(subscribe(1, "/s8/sensor/**", SignalType.STREAM.maskBit()));
    samples.exchange();
    PeerClient publisher = stage.connect(stage.node(), "publisher");

    publisher.set("/s8/mixer/master/volume", 0.8);
    publisher.emit("/s8/button/record", Map.of("armed", true));
    publisher.many(
        IntStream.range(0, 60)
            .mapToObj(i ->
                PeerClient.streamStep("/s8/sensor/accelerometer", Map.of("x", i, "y", 0, "z", 1)))
            .toList());
    publisher.emit("/s8/sensor/event", 1);
    publisher.gesture("/s8/input/mouse", 1, "start", Map.of("x", 0));
    publisher.timeline("/s8/automation/light/brightness", List.of(Map.of("time", 0, "value", 0.0)));
    publisher.fence();

    assertThat(values.messages())
        .singleElement()
        .isInstanceOfSatisfying(
            Message.SetValue.class,
            set -> assertThat(set.address()).isEqualTo("/s8/mixer/master/volume"));
    assertThat(samples.messages())
        .hasSize(60)
        .allMatch(message ->
            message instanceof Message.Publish publish && publish.signal() == SignalType.STREAM);
  }

  @Test
  void s8ASubscriptionWithMaxRateGetsNoMoreAndAlwaysTheLast() {
    PeerClient viewer = stage.connect(stage.otherNode(), "viewer");
    Watch limited = viewer.subscribe("/s8b/sensor/**", Map.of("maxRate", 30));
    PeerClient publisher = stage.connect(stage.node(), "publisher");

    publisher.many(
        IntStream.rangeClosed(1, 600)
            .mapToObj(i -> PeerClient.streamStep("/s8b/sensor/x", i))
            .toList());

    limited.await("/s8b/sensor/x", 600);
    assertThat(limited.all().size())
        .as("of 600 samples in much less than ten seconds")
        .isLessThan(300);
  }

  @Test
  void s8KeyframesTravelBetweenOurClientsAndDoNotDisturbOthers() {
    Timeline timeline =
        Timeline.of(
            List.of(
                new Timeline.Keyframe(0, Value.of(0.0), Easing.LINEAR),
                new Timeline.Keyframe(1_000_000, Value.of(1.0), Easing.EASE_IN),
                new Timeline.Keyframe(5_000_000, Value.of(0.3), Easing.LINEAR)));
    Watch onJs = stage.connect(stage.node(), "js").subscribe("/s8c/**");
    Received<Signal> onJava = new Received<>("java");
    ClaspClient viewer = stage.java("viewer");
    viewer.subscribe("/s8c/**", onJava::add);
    viewer.blocking().ping();
    ClaspClient sender = stage.java("sender");

    sender.blocking().timeline("/s8c/brightness", timeline);
    sender.blocking().set("/s8c/after", 1);

    onJava.awaitCount(2);
    assertThat(((Signal.TimelinePublished) onJava.all().getFirst()).timeline()).contains(timeline);
    onJs.await("/s8c/after", 1);
    assertThat(onJs.addresses()).containsExactly("/s8c/brightness", "/s8c/after");
  }

  @Test
  void s9TwoFingersThatPinch() {
    PeerClient finger = stage.connect(stage.node(), "touch");
    Watch own = finger.subscribe("/s9/touch/**");
    Watch viewer = stage.connect(stage.otherNode(), "viewer").subscribe("/s9/touch/**");

    for (int id : List.of(1, 2)) {
      finger.gesture("/s9/touch/finger/" + id, id, "start", Map.of("x", 100, "y", 100));
    }
    List<Map<String, JsonNode>> moves = new ArrayList<>();
    for (int i = 1; i <= 60; i++) {
      for (int id : List.of(1, 2)) {
        moves.add(
            PeerClient.moveStep("/s9/touch/finger/" + id, id, Map.of("x", 100 + 3 * i, "y", 100)));
      }
    }
    finger.many(moves);
    finger.gesture("/s9/touch/finger/1", 1, "end", Map.of("x", 280, "y", 100));
    finger.gesture("/s9/touch/finger/2", 2, "cancel", Map.of("x", 280, "y", 100));
    finger.fence();

    for (int id : List.of(1, 2)) {
      String last = id == 1 ? "end" : "cancel";
      List<JsonNode> gesture =
          viewer
              .received()
              .awaitAnswer(
                  last + " of finger " + id,
                  all ->
                      Optional.of(
                              all.stream()
                                  .map(Watch.Delivery::value)
                                  .filter(value -> value.get("gestureId").intValue() == id)
                                  .toList())
                          .filter(list ->
                              !list.isEmpty()
                                  && list.getLast().get("phase").asText().equals(last)));
      assertThat(gesture.getFirst().get("phase").asText()).isEqualTo("start");
      assertThat(gesture.get(gesture.size() - 2))
          .as("the newest move comes before the end")
          .isEqualTo(Json.of(Map.of("x", 280, "y", 100, "phase", "move", "gestureId", id)));
      assertThat(gesture).hasSizeBetween(3, 62);
    }
    assertThat(own.all()).as("none of its own").isEmpty();
  }

  @Test
  void s9TwoSendersWithTheSameIdDoNotDisturbEachOther() {
    PeerClient first = stage.connect(stage.node(), "first");
    PeerClient second = stage.connect(stage.node(), "second");
    Watch viewer = stage.connect(stage.otherNode(), "viewer").subscribe("/s9b/touch");

    for (PeerClient sender : List.of(first, second)) {
      sender.gesture("/s9b/touch", 1, "start", Map.of("from", sender.toString()));
    }
    for (PeerClient sender : List.of(first, second)) {
      sender.gesture("/s9b/touch", 1, "move", Map.of("from", sender.toString()));
      sender.gesture("/s9b/touch", 1, "end", Map.of("from", sender.toString()));
    }

    List<Watch.Delivery> all = viewer.awaitCount(6);
    for (PeerClient sender : List.of(first, second)) {
      assertThat(all)
          .extracting(Watch.Delivery::value)
          .filteredOn(value -> value.get("from").asText().equals(sender.toString()))
          .extracting(value -> value.get("phase").asText())
          .containsExactly("start", "move", "end");
    }
  }

  @Test
  void s9MovesAreThinnedToOnePerIntervalAndTheNewestWins() {
    PeerClient pen = stage.connect(stage.node(), "pen");
    Watch viewer = stage.connect(stage.otherNode(), "viewer").subscribe("/s9c/pen");

    pen.gesture("/s9c/pen", 1, "start", Map.of("x", 0));
    pen.many(
        IntStream.rangeClosed(1, 1000)
            .mapToObj(i -> PeerClient.moveStep("/s9c/pen", 1, Map.of("x", i)))
            .toList());
    pen.gesture("/s9c/pen", 1, "end", Map.of("x", 1000));

    viewer.await("/s9c/pen", Map.of("x", 1000, "phase", "end", "gestureId", 1));
    assertThat(viewer.all().size()).as("of 1000 moves in a moment").isLessThan(500);
    assertThat(viewer.values().get(viewer.values().size() - 2).get("x").intValue()).isEqualTo(1000);
  }

  @Test
  void s10Locks() {
    String address = "/s10/lights/stage/spotlight";
    RawClient operator = stage.raw("operator");
    RawClient assistant = stage.raw("assistant");
    RawClient viewer = stage.raw("viewer");
    viewer.send(subscribe(1, "/s10/**"));
    viewer.exchange();

    acknowledged(operator, setAndLock(address, 0.8));
    Message.Error held = refused(assistant, Frames.set(address, 0.5));
    assertThat(held.code()).isEqualTo(401);
    assertThat(held.address()).contains(address);
    assertThat(held.message()).startsWith("LockHeld");
    assertThat(stored(assistant, address).value()).isEqualTo(Value.of(0.8));
    assertThat(refused(assistant, setAndUnlock(address, 0.5)).code())
        .as("unlocking without holding")
        .isEqualTo(401);
    acknowledged(operator, Frames.set(address, 0.9));
    acknowledged(operator, setAndUnlock(address, 0.9));
    acknowledged(assistant, Frames.set(address, 0.5));

    acknowledged(operator, setAndLock(address, 0.1));
    operator.close();
    StatusPage.awaitGone(stage.server(), "operator");
    acknowledged(assistant, Frames.set(address, 0.6));

    assertThat(viewer.messages())
        .as("only what was accepted was broadcast")
        .extracting(message -> ((Message.SetValue) message).value())
        .containsExactly(
            Value.of(0.8),
            Value.of(0.9),
            Value.of(0.9),
            Value.of(0.5),
            Value.of(0.1),
            Value.of(0.6));
  }

  @Test
  void s18ChatAcrossLanguages() {
    PeerClient js = stage.connect(stage.node(), "js");
    PeerClient python = stage.connect(stage.python(), "py");
    ClaspClient java = stage.java("java");
    Watch onJs = js.subscribe("/s18/chat/*");
    Watch onPython = python.subscribe("/s18/chat/*");
    Received<Signal> onJava = new Received<>("java");
    java.subscribe("/s18/chat/*", onJava::add);
    java.blocking().ping();

    js.emit("/s18/chat/message", Map.of("user", "js", "text", "héllo ☃"));
    python.set("/s18/users/py/typing", true);
    python.emit("/s18/chat/message", Map.of("user", "py", "text", "grüße 🎉"));
    java.blocking()
        .emit(
            "/s18/chat/message",
            Value.of(Map.of("user", Value.of("java"), "text", Value.of("здравствуйте"))));
    onJs.awaitCount(2);
    onPython.awaitCount(2);
    onJava.awaitCount(2);
    js.fence();
    python.fence();
    java.blocking().ping();

    assertThat(onJs.values())
        .containsExactlyInAnyOrder(
            Json.of(Map.of("user", "py", "text", "grüße 🎉")),
            Json.of(Map.of("user", "java", "text", "здравствуйте")));
    assertThat(onPython.values())
        .as("also after its own set")
        .containsExactlyInAnyOrder(
            Json.of(Map.of("user", "js", "text", "héllo ☃")),
            Json.of(Map.of("user", "java", "text", "здравствуйте")));
    assertThat(onJava.all())
        .extracting(signal -> ((Value.Map) ((Signal.Event) signal).value()).entries())
        .containsExactlyInAnyOrder(
            Map.of("user", Value.of("js"), "text", Value.of("héllo ☃")),
            Map.of("user", Value.of("py"), "text", Value.of("grüße 🎉")));
  }

  @Test
  void s20SharedCounterWithCompareAndSet() {
    String address = "/s20/counter";
    ClaspClient reader = stage.java("reader");
    reader.blocking().set(address, 0);

    List<CompletableFuture<Integer>> counters =
        IntStream.range(0, 2)
            .mapToObj(i -> {
              BlockingClient client = stage.java("counter " + i).blocking();
              return CompletableFuture.supplyAsync(
                  () -> increment(client, address, 1000), task -> Thread.ofVirtual().start(task));
            })
            .toList();
    counters.forEach(CompletableFuture::join);

    Parameter counter = reader.blocking().get(address).orElseThrow();
    assertThat(counter.value()).isEqualTo(Value.of(2000));
    assertThat(counter.revision()).isEqualTo(2001);

    PeerClient js = stage.connect(stage.node(), "js");
    js.set(address, 7);
    js.fence();
    assertThat(reader.blocking().get(address).orElseThrow().value())
        .as("without a revision the last writer wins")
        .isEqualTo(Value.of(7.0));
  }

  /**
   * Adds one as often as asked for, each time only if nobody wrote meanwhile; returns how often
   * somebody had.
   */
  private static int increment(BlockingClient client, String address, int times) {
    int conflicts = 0;
    for (int done = 0; done < times; ) {
      Parameter current = client.get(address).orElseThrow();
      long value = ((Value.Int) current.value()).value();
      try {
        client.set(address, Value.of(value + 1), SetOptions.CONFIRM.ifRevision(current.revision()));
        done++;
      } catch (ClaspException e) {
        assertThat(e.code()).hasValue(400);
        assertThat(e.getMessage()).contains("RevisionConflict").contains("current is ");
        conflicts++;
      }
    }
    return conflicts;
  }

  /** The first part of S22: what the desktop application sends, without a login. */
  @Test
  void s22TheDesktopMonitorSeesValuesEventsAndStreamsButNoGestures() {
    RawClient monitor = stage.kept(RawClient.connect(stage.url(), "/", ""));
    for (JsonNode entry : Vectors.read("client-frames-derived")) {
      if (entry.path("step").asText().contains("of the signal monitor")) {
        monitor.send(entry.get("hex").asText());
      }
    }
    assertThat(monitor.exchange().getFirst().type()).isEqualTo(MessageType.WELCOME);
    PeerClient js = stage.connect(stage.node(), "js");

    js.set("/s22/set", 1);
    js.emit("/s22/event", 2);
    js.stream("/s22/stream", 3);
    js.gesture("/s22/gesture", 1, "start", Map.of());
    js.timeline("/s22/timeline", List.of());
    js.fence();

    assertThat(monitor.messages())
        .extracting(message ->
            message instanceof Message.SetValue set
                ? set.address()
                : ((Message.Publish) message).address())
        .containsExactly("/s22/set", "/s22/event", "/s22/stream");
  }
}
