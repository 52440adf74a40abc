package dev.clasp.systemtests;

import static dev.clasp.systemtests.PeerClient.Item.emit;
import static dev.clasp.systemtests.PeerClient.Item.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.client.Ack;
import dev.clasp.client.BundleBuilder;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.Parameter;
import dev.clasp.client.SetOptions;
import dev.clasp.client.Signal;
import dev.clasp.client.SubscribeOptions;
import dev.clasp.protocol.Easing;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The acceptance scenarios with the Java client in each role, beside the published JavaScript and
 * Python clients. Addresses begin with {@code /j} and the number. With Java already: S8
 * (keyframes), S18 and S20 in {@link ScenariosTest}, S11 and S12 in {@link TokensTest}, S19 in
 * {@link ReconnectTest}, S21 in {@link WebRtcTest}.
 */
@RealProgram
class JavaScenariosTest {

  @RegisterExtension static final Stage stage = new Stage("--loops", "2");

  private static Received<Signal> watch(ClaspClient client, String pattern) {
    return watch(client, pattern, SubscribeOptions.DEFAULT);
  }

  /** Subscribes, and returns when the router knows it. */
  private static Received<Signal> watch(
      ClaspClient client, String pattern, SubscribeOptions options) {
    Received<Signal> received = new Received<>(client + " on " + pattern);
    client.subscribe(pattern, options, received::add).active().join();
    return received;
  }

  private static Value value(Signal signal) {
    return switch (signal) {
      case Signal.Change change -> change.value();
      case Signal.Event event -> event.value();
      case Signal.Stream stream -> stream.value();
      case Signal.Gesture gesture -> gesture.value();
      case Signal.TimelinePublished timeline -> timeline.value();
    };
  }

  private static Signal await(Received<Signal> received, String address, Value value) {
    return received.awaitFirst(
        address + " = " + value,
        signal -> signal.address().equals(address) && value(signal).equals(value));
  }

  private static List<Signal> at(Received<Signal> received, String address) {
    return received.all().stream().filter(signal -> signal.address().equals(address)).toList();
  }

  private static Value map(String key, Value value) {
    return Value.of(Map.of(key, value));
  }

  private static Value point(double x, double y) {
    return Value.of(Map.of("x", Value.of(x), "y", Value.of(y)));
  }

  private static List<JsonNode> json(List<Double> values) {
    return values.stream().map(Json::of).toList();
  }

  // --- S1 ----------------------------------------------------------------------------------------

  @Test
  void s1JavaIsTheSensor() {
    Watch onPython = stage.connect(stage.python(), "python").subscribe("/j1/sensors/**");
    Watch onJs = stage.connect(stage.node(), "js").subscribe("/j1/sensors/**");
    ClaspClient sensor = stage.java("sensor");

    Ack ack = sensor.blocking().set("/j1/sensors/room1/temperature", 22.5);
    sensor.blocking().emit("/j1/alerts/sensor", map("room", Value.of("room1")));
    sensor.blocking().set("/j1/sensors/last", true);

    assertThat(ack.revision()).hasValue(1);
    for (Watch watch : List.of(onPython, onJs)) {
      watch.await("/j1/sensors/last", true);
      assertThat(watch.addresses())
          .as("nothing for the alert")
          .containsExactly("/j1/sensors/room1/temperature", "/j1/sensors/last");
      assertThat(watch.values().getFirst()).isEqualTo(Json.of(22.5));
    }
    assertThat(stage.connect(stage.otherNode(), "second").get("/j1/sensors/room1/temperature"))
        .isEqualTo(Json.of(22.5));
  }

  @Test
  void s1JavaIsTheDashboard() {
    ClaspClient dashboard = stage.java("dashboard");
    Received<Signal> readings = watch(dashboard, "/j1b/sensors/**");
    PeerClient js = stage.connect(stage.node(), "js");
    PeerClient python = stage.connect(stage.python(), "python");

    js.set("/j1b/sensors/js", 22.5);
    js.emit("/j1b/alerts/sensor", Map.of("room", "room1"));
    js.fence();
    python.set("/j1b/sensors/python", 23.5);

    await(readings, "/j1b/sensors/python", Value.of(23.5));
    assertThat(readings.all())
        .extracting(Signal::address)
        .containsExactly("/j1b/sensors/js", "/j1b/sensors/python");
    Parameter found = dashboard.blocking().get("/j1b/sensors/js").orElseThrow();
    assertThat(found.value()).isEqualTo(Value.of(22.5));
    assertThat(found.revision()).isEqualTo(1);
    assertThat(found.writer()).hasValue(js.session());
    assertThat(dashboard.blocking().get("/j1b/sensors/room9")).as("at once").isEmpty();
  }

  // --- S2 ----------------------------------------------------------------------------------------

  @Test
  void s2JavaIsADeskAmongDesks() {
    String address = "/j2/lights/1/brightness";
    ClaspClient a = stage.java("desk a");
    Received<Signal> onA = watch(a, "/j2/lights/*/brightness");
    Watch onJs = stage.connect(stage.node(), "desk b").subscribe("/j2/lights/*/brightness");
    Watch onPython = stage.connect(stage.python(), "desk c").subscribe("/j2/lights/*/brightness");
    List<Double> fade =
        new ArrayList<>(IntStream.rangeClosed(1, 10).mapToObj(i -> i / 10.0).toList());
    fade.add(1.0);

    List<Long> revisions =
        fade.stream().map(v -> a.blocking().set(address, v).revision().orElseThrow()).toList();

    List<Long> oneToEleven = LongStream.rangeClosed(1, 11).boxed().toList();
    assertThat(revisions).isEqualTo(oneToEleven);
    assertThat(onA.awaitCount(11))
        .as("its own echo")
        .extracting(signal -> ((Signal.Change) signal).revision())
        .isEqualTo(oneToEleven);
    for (Watch watch : List.of(onJs, onPython)) {
      watch.awaitCount(11);
      assertThat(watch.values()).isEqualTo(json(fade));
    }
  }

  @Test
  void s2JavaWithTwoSubscriptionsGetsOneFrameForEachChange() {
    String address = "/j2b/lights/1/brightness";
    ClaspClient both = stage.java("both", builder -> builder.clockSync(false));
    Received<Signal> wide = watch(both, "/j2b/lights/**");
    Received<Signal> narrow = watch(both, "/j2b/lights/1/*");
    both.blocking().ping();
    long before = both.statistics().framesReceived();
    PeerClient js = stage.connect(stage.node(), "js");

    for (int i = 1; i <= 10; i++) {
      js.set(address, i / 10.0);
    }

    for (Received<Signal> received : List.of(wide, narrow)) {
      assertThat(received.awaitCount(10))
          .extracting(JavaScenariosTest::value)
          .isEqualTo(IntStream.rangeClosed(1, 10).mapToObj(i -> Value.of(i / 10.0)).toList());
    }
    assertThat(both.statistics().framesReceived() - before).isEqualTo(10);
  }

  // --- S3 ----------------------------------------------------------------------------------------

  private static BundleBuilder scene(String root) {
    return new BundleBuilder()
        .set(root + "/scene/active", "sunset")
        .set(root + "/lights/1/brightness", 0.8)
        .set(root + "/lights/1/color", point(255, 180))
        .set(root + "/lights/2/brightness", 0.6)
        .set(root + "/lights/2/color", point(255, 150))
        .emit(root + "/scene/activated", map("name", Value.of("sunset")));
  }

  private static final List<String> SCENE =
      List.of(
          "/scene/active",
          "/lights/1/brightness",
          "/lights/1/color",
          "/lights/2/brightness",
          "/lights/2/color",
          "/scene/activated");

  private static List<String> sceneAt(String root) {
    return SCENE.stream().map(address -> root + address).toList();
  }

  @Test
  void s3JavaRecallsTheScene() {
    Watch onJs = stage.connect(stage.node(), "js").subscribe("/j3/**");
    Watch onPython = stage.connect(stage.python(), "python").subscribe("/j3/**");
    ClaspClient desk = stage.java("desk");
    Received<Signal> own = watch(desk, "/j3/**");

    desk.blocking().bundle(scene("/j3"));
    desk.blocking().set("/j3/after", 1);

    for (Watch watch : List.of(onJs, onPython)) {
      watch.await("/j3/after", 1);
      assertThat(watch.addresses().subList(0, 6)).isEqualTo(sceneAt("/j3"));
    }
    await(own, "/j3/after", Value.of(1));
    assertThat(own.all())
        .as("its five values and not its event")
        .hasSize(6)
        .allMatch(Signal.Change.class::isInstance);
  }

  @Test
  void s3JavaSeesTheScenesOfOthersWhole() {
    Received<Signal> viewer = watch(stage.java("viewer"), "/j3b/**");
    PeerClient.Item[] items = {
      set("/j3b/scene/active", "sunset"),
      set("/j3b/lights/1/brightness", 0.8),
      set("/j3b/lights/1/color", Map.of("r", 255)),
      set("/j3b/lights/2/brightness", 0.6),
      set("/j3b/lights/2/color", Map.of("r", 255)),
      emit("/j3b/scene/activated", Map.of("name", "sunset"))
    };

    for (Peer peer : List.of(stage.node(), stage.python())) {
      PeerClient desk = stage.connect(peer, "desk");
      desk.bundle(items);
      desk.fence();
    }

    List<Signal> all = viewer.awaitCount(12);
    for (List<Signal> scene : List.of(all.subList(0, 6), all.subList(6, 12))) {
      assertThat(scene).extracting(Signal::address).isEqualTo(sceneAt("/j3b"));
      assertThat(scene.getLast()).isInstanceOf(Signal.Event.class);
      assertThat(value(scene.getLast())).isEqualTo(map("name", Value.of("sunset")));
    }
  }

  // --- S4, S5 ------------------------------------------------------------------------------------

  @Test
  void s4JavaSchedulesTheCue() {
    Watch onJs = stage.connect(stage.node(), "js").subscribe("/j4/**");
    Watch onPython = stage.connect(stage.python(), "python").subscribe("/j4/**");
    ClaspClient desk = stage.java("desk");
    desk.blocking().sync();

    long due = desk.time() + 1_000_000;
    BundleBuilder cue = new BundleBuilder().set("/j4/counter", 1).emit("/j4/triggered").at(due);
    desk.blocking().bundle(cue);
    desk.blocking().bundle(new BundleBuilder().set("/j4/past", 1).at(due - 10_000_000));

    for (Watch watch : List.of(onJs, onPython)) {
      watch.await("/j4/past", 1);
      watch.await("/j4/counter", 1);
      watch.await("/j4/triggered");
      assertThat(watch.all())
          .filteredOn(delivery -> !delivery.address().equals("/j4/past"))
          .hasSize(2)
          .allMatch(delivery -> delivery.timeMillis() >= due / 1000.0 - 50, "not before " + due);
    }
  }

  @Test
  void s4JavaCallsACueOff() {
    Watch onJs = stage.connect(stage.node(), "js").subscribe("/j4c/**");
    Watch onPython = stage.connect(stage.python(), "python").subscribe("/j4c/**");
    ClaspClient desk = stage.java("desk");
    desk.blocking().sync();

    int sent =
        Ahead.ofTime(
            1_500_000,
            (number, lead) -> {
              long due = desk.time() + lead;
              String root = "/j4c/" + number;
              desk.blocking().bundle(new BundleBuilder().set(root + "/cue", 1).at(due));
              desk.blocking().bundle(new BundleBuilder().set(root + "/next", 2).at(due + 100_000));
              desk.blocking().callOff(due);
              // Back only when the router has worked it off, whether callOff waits for that or not.
              desk.blocking().ping();
              return due;
            });

    for (Watch watch : List.of(onJs, onPython)) {
      watch.await("/j4c/" + sent + "/next", 2);
      assertThat(watch.addresses()).doesNotContain("/j4c/" + sent + "/cue");
    }
  }

  @Test
  void s4JavaSeesTheCuesOfOthersWhenTheyAreDue() {
    ClaspClient java = stage.java("viewer");
    Map<String, Long> arrived = new ConcurrentHashMap<>();
    Received<Signal> viewer = new Received<>("viewer");
    java.subscribe(
            "/j4b/**",
            signal -> {
              arrived.put(signal.address(), System.currentTimeMillis() * 1000);
              viewer.add(signal);
            })
        .active()
        .join();
    long onJs =
        stage
            .connect(stage.node(), "js")
            .bundleAhead(700_000, set("/j4b/js", 1), emit("/j4b/js/event", 1));
    long onPython =
        stage.connect(stage.python(), "python").bundleAhead(700_000, set("/j4b/python", 1));

    viewer.awaitCount(3);
    assertThat(arrived.get("/j4b/js")).isGreaterThanOrEqualTo(onJs - 50_000);
    assertThat(arrived.get("/j4b/python")).isGreaterThanOrEqualTo(onPython - 50_000);
  }

  @Test
  void s5JavaSendsTheStepsShuffledAndOthersSeeThemInOrder() {
    Watch onJs = stage.connect(stage.node(), "js").subscribe("/j5/*/*");
    Watch onPython = stage.connect(stage.python(), "python").subscribe("/j5/*/*");
    ClaspClient desk = stage.java("desk");

    int sent =
        Ahead.ofTime(
            500_000,
            (number, lead) -> {
              long start = desk.time() + lead;
              Stream.of(3, 0, 5, 1, 4, 2)
                  .forEach(i ->
                      desk.blocking()
                          .bundle(
                              new BundleBuilder()
                                  .set("/j5/" + number + "/brightness", i / 5.0)
                                  .set("/j5/" + number + "/step", i)
                                  .at(start + i * 200_000)));
              return start;
            });

    for (Watch watch : List.of(onJs, onPython)) {
      List<Watch.Delivery> steps = watch.awaitBelow("/j5/" + sent + "/", 12);
      for (int i = 0; i < 6; i++) {
        assertThat(steps.get(2 * i).value()).isEqualTo(Json.of(i / 5.0));
        assertThat(steps.get(2 * i + 1).value()).isEqualTo(Json.of(i));
      }
    }
  }

  @Test
  void s5JavaSeesTheStepsOfOthersInOrder() {
    Received<Signal> viewer = watch(stage.java("viewer"), "/j5b/*/step");
    PeerClient desk = stage.connect(stage.node(), "desk");

    int sent =
        Ahead.ofTime(
            500_000,
            (number, lead) -> {
              long start = desk.time() + lead;
              String step = "/j5b/" + number + "/step";
              desk.many(
                  Stream.of(3, 0, 5, 1, 4, 2)
                      .map(i -> PeerClient.bundleStep(start + i * 200_000, set(step, i)))
                      .toList());
              desk.fence();
              return start;
            });

    List<Signal> steps =
        viewer.awaitAnswer(
            "six steps",
            all ->
                Optional.of(
                        all.stream()
                            .filter(signal -> signal.address().equals("/j5b/" + sent + "/step"))
                            .toList())
                    .filter(found -> found.size() >= 6));
    assertThat(steps)
        .extracting(signal -> ((Signal.Change) signal).revision())
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(steps)
        .extracting(signal -> Json.of(number(value(signal))))
        .isEqualTo(IntStream.range(0, 6).mapToObj(Json::of).toList());
  }

  private static double number(Value value) {
    return switch (value) {
      case Value.Int whole -> whole.value();
      case Value.Float real -> real.value();
      default -> throw new AssertionError("not a number: " + value);
    };
  }

  // --- S6, S7 ------------------------------------------------------------------------------------

  @Test
  void s6JavaWritesAnEveningAndLeavesAndLateJoinersOfEachLanguageGetIt() {
    ClaspClient writer = stage.java("writer");
    Map<String, Value> evening = new HashMap<>();
    evening.put("/lights/living-room/brightness", Value.of(0.8));
    evening.put("/lights/living-room/color", point(255, 240));
    evening.put("/lights/kitchen/brightness", Value.of(1.0));
    evening.put("/lights/bedroom/brightness", Value.of(0.3));
    evening.put("/audio/master/volume", Value.of(0.65));
    evening.put("/audio/master/mute", Value.of(false));
    evening.put("/audio/channel/1/volume", Value.of(0.8));
    evening.put("/audio/channel/2/volume", Value.of(0.7));
    evening.put("/scene/active", Value.of("evening"));
    evening.put("/scene/last-change", Value.of(1_700_000_000L));
    evening.forEach((address, value) -> writer.blocking().set("/j6" + address, value));
    String session = writer.session();
    writer.close();

    for (Peer peer : List.of(stage.node(), stage.python())) {
      PeerClient late = stage.connect(peer, "late");
      assertThat(late.subscribe("/j6/**").awaitCount(10)).hasSize(10);
      assertThat(late.subscribe("/j6/lights/**").awaitCount(4))
          .allMatch(delivery -> delivery.address().startsWith("/j6/lights/"));
    }
    ClaspClient late = stage.java("late");
    assertThat(watch(late, "/j6/**").awaitCount(10))
        .allSatisfy(signal -> {
          Signal.Change change = (Signal.Change) signal;
          assertThat(change.fromSnapshot()).isTrue();
          assertThat(change.revision()).isEqualTo(1);
          assertThat(change.writer()).hasValue(session);
          assertThat(change.value()).isEqualTo(evening.get(change.address().substring(3)));
        });
    assertThat(watch(late, "/j6/lights/*/brightness").awaitCount(3)).hasSize(3);
    assertThat(watch(late, "/j6/audio/master/*").awaitCount(2)).hasSize(2);
  }

  @Test
  void s6JavaJoinsLateBehindFiveThousandParametersOfAnother() {
    PeerClient writer = stage.connect(stage.node(), "writer");
    writer.many(
        IntStream.range(0, 5000)
            .mapToObj(i -> PeerClient.setStep("/j6b/" + i, "value " + i + "x".repeat(20)))
            .toList());
    writer.fence();
    writer.close();

    Received<Signal> late = watch(stage.java("late"), "/j6b/**");

    assertThat(late.awaitCount(5000).stream().map(Signal::address).distinct()).hasSize(5000);
  }

  @Test
  void s7JavaCallsTheCues() {
    List<Watch> crew =
        List.of(
            stage.connect(stage.node(), "lighting").subscribe("/j7/cue/go"),
            stage.connect(stage.python(), "video").subscribe("/j7/cue/go"));
    Received<Signal> sound = watch(stage.java("sound"), "/j7/cue/go");
    ClaspClient manager = stage.java("stage manager");

    manager.blocking().emit("/j7/cue/go", map("cueId", Value.of("intro")));
    manager
        .blocking()
        .bundle(
            new BundleBuilder()
                .set("/j7/cue/current", "intro")
                .set("/j7/cue/progress", 0)
                .set("/j7/cue/started", map("name", Value.of("intro"))));
    manager.blocking().emit("/j7/cue/go", Value.of("pressed twice"));
    manager.blocking().emit("/j7/cue/go", Value.of("pressed twice"));

    for (Watch watch : crew) {
      assertThat(watch.awaitCount(3))
          .extracting(Watch.Delivery::value)
          .containsExactly(
              Json.of(Map.of("cueId", "intro")),
              Json.of("pressed twice"),
              Json.of("pressed twice"));
    }
    assertThat(sound.awaitCount(3)).hasSize(3);
    Watch late = stage.connect(stage.otherNode(), "late").subscribe("/j7/cue/**");
    late.await("/j7/cue/current", "intro");
    late.await("/j7/cue/progress", 0);
    late.await("/j7/cue/started", Map.of("name", "intro"));
    assertThat(late.addresses()).doesNotContain("/j7/cue/go");
  }

  @Test
  void s7JavaIsInTheCrewOfOthersAndJoinsLate() {
    PeerClient js = stage.connect(stage.node(), "js");
    PeerClient python = stage.connect(stage.python(), "python");
    Received<Signal> crew = watch(stage.java("lighting"), "/j7b/cue/go");

    for (PeerClient manager : List.of(js, python)) {
      manager.emit("/j7b/cue/go", Map.of("cueId", "intro"));
      manager.emit("/j7b/cue/go", Map.of("cueId", "intro"));
      manager.bundle(set("/j7b/cue/current", "intro"), set("/j7b/cue/progress", 0));
      manager.fence();
    }

    assertThat(crew.awaitCount(4))
        .allMatch(signal ->
            signal instanceof Signal.Event event
                && event.value().equals(map("cueId", Value.of("intro"))));
    Received<Signal> late = watch(stage.java("late"), "/j7b/cue/**");
    await(late, "/j7b/cue/current", Value.of("intro"));
    assertThat(late.awaitCount(2)).as("no event").allMatch(Signal.Change.class::isInstance);
  }

  // --- S8, S9 ------------------------------------------------------------------------------------

  private static Timeline fade() {
    return Timeline.of(
        List.of(
            new Timeline.Keyframe(0, Value.of(0.0), Easing.LINEAR),
            new Timeline.Keyframe(1_000_000, Value.of(1.0), Easing.EASE_IN),
            new Timeline.Keyframe(5_000_000, Value.of(0.0), Easing.LINEAR)));
  }

  @Test
  void s8JavaPublishesEachKindAndEachLanguageGetsIt() {
    Watch onJs = stage.connect(stage.node(), "js").subscribe("/j8/**");
    Watch onPython = stage.connect(stage.python(), "python").subscribe("/j8/**");
    ClaspClient publisher = stage.java("publisher");

    publisher.blocking().set("/j8/mixer/master/volume", 0.8);
    publisher.blocking().emit("/j8/button/record", map("armed", Value.of(true)));
    for (int i = 1; i <= 60; i++) {
      publisher.blocking().stream("/j8/sensor/accelerometer", point(i, 0));
    }
    publisher.blocking().gesture("/j8/input/mouse", 1, GesturePhase.START, point(0, 0));
    publisher.blocking().timeline("/j8/automation/brightness", fade());
    publisher.blocking().set("/j8/after", 1);

    for (Watch watch : List.of(onJs, onPython)) {
      watch.await("/j8/mixer/master/volume", 0.8);
      watch.await("/j8/button/record", Map.of("armed", true));
      watch.await("/j8/sensor/accelerometer", Map.of("x", 60, "y", 0));
      watch.await("/j8/input/mouse");
      watch.await("/j8/automation/brightness");
      watch.await("/j8/after", 1);
      assertThat(watch.all()).hasSize(65);
    }
  }

  @Test
  void s8JavaFiltersByKindAndByRate() {
    Received<Signal> values =
        watch(stage.java("a"), "/j8b/**", SubscribeOptions.DEFAULT.withTypes(SignalType.PARAM));
    Received<Signal> samples =
        watch(
            stage.java("b"),
            "/j8b/sensor/**",
            SubscribeOptions.DEFAULT.withTypes(SignalType.STREAM).withMaxRate(30));
    PeerClient js = stage.connect(stage.node(), "js");
    PeerClient python = stage.connect(stage.python(), "python");

    for (PeerClient publisher : List.of(js, python)) {
      publisher.set("/j8b/mixer/" + publisher.session(), 0.8);
      publisher.emit("/j8b/button/record", Map.of("armed", true));
      publisher.many(
          IntStream.rangeClosed(1, 600)
              .mapToObj(i -> PeerClient.streamStep("/j8b/sensor/" + publisher.session(), i))
              .toList());
      publisher.gesture("/j8b/input/mouse", 1, "start", Map.of("x", 0));
      publisher.timeline("/j8b/automation", List.of(Map.of("time", 0, "value", 0.0)));
      publisher.fence();
    }

    for (PeerClient publisher : List.of(js, python)) {
      String address = "/j8b/sensor/" + publisher.session();
      samples.awaitFirst(
          "the last of " + address,
          signal -> signal.address().equals(address) && number(value(signal)) == 600);
      assertThat(at(samples, address)).as("of 600 at once").hasSizeLessThan(300);
    }
    assertThat(values.awaitCount(2))
        .extracting(Signal::address)
        .containsExactly("/j8b/mixer/" + js.session(), "/j8b/mixer/" + python.session());
  }

  @Test
  void s9JavaPinchesAndOthersSeeTheNewestMoveBeforeTheEnd() {
    ClaspClient fingers = stage.java("fingers");
    Received<Signal> own = watch(fingers, "/j9/**");
    Watch onJs = stage.connect(stage.node(), "js").subscribe("/j9/touch/**");
    Watch onPython = stage.connect(stage.python(), "python").subscribe("/j9/touch/**");

    for (int id : List.of(1, 2)) {
      fingers.gesture("/j9/touch/finger/" + id, id, GesturePhase.START, point(100, 100));
    }
    for (int i = 1; i <= 60; i++) {
      for (int id : List.of(1, 2)) {
        fingers.gesture("/j9/touch/finger/" + id, id, GesturePhase.MOVE, point(100 + 3 * i, 100));
      }
    }
    fingers.blocking().gesture("/j9/touch/finger/1", 1, GesturePhase.END, point(280, 100));
    fingers.blocking().gesture("/j9/touch/finger/2", 2, GesturePhase.CANCEL, point(280, 100));
    fingers.blocking().set("/j9/after", 1);

    for (int id : List.of(1, 2)) {
      String last = id == 1 ? "end" : "cancel";
      List<JsonNode> gesture =
          onJs.received()
              .awaitAnswer(
                  last + " of finger " + id,
                  all ->
                      Optional.of(
                              all.stream()
                                  .map(Watch.Delivery::value)
                                  .filter(v -> v.path("gestureId").intValue() == id)
                                  .toList())
                          .filter(list ->
                              !list.isEmpty()
                                  && list.getLast().path("phase").asText().equals(last)));
      assertThat(gesture.getFirst().get("phase").asText()).isEqualTo("start");
      JsonNode newest = gesture.get(gesture.size() - 2);
      assertThat(newest.get("phase").asText()).isEqualTo("move");
      assertThat(newest.get("x").intValue()).isEqualTo(280);
      // Its client tells no phases: the newest move and the end are both there.
      JsonNode there = Json.of(Map.of("x", 280, "y", 100));
      onPython
          .received()
          .awaitAnswer(
              "move and end of finger " + id,
              all ->
                  Optional.of(
                          all.stream()
                              .filter(d -> d.address().equals("/j9/touch/finger/" + id))
                              .filter(d -> d.value().equals(there))
                              .toList())
                      .filter(list -> list.size() == 2));
    }
    await(own, "/j9/after", Value.of(1));
    assertThat(own.all()).as("none of its own gestures").hasSize(1);
  }

  @Test
  void s9JavaSeesTheGesturesOfOthersByTheirPhases() {
    Received<Signal> viewer = watch(stage.java("viewer"), "/j9b/touch");
    for (Peer peer : List.of(stage.node(), stage.python())) {
      PeerClient pen = stage.connect(peer, "pen");
      for (String phase : List.of("start", "move", "end")) {
        pen.gesture("/j9b/touch", 7, phase, Map.of("x", 0.5));
      }
      pen.fence();
    }

    assertThat(viewer.awaitCount(6))
        .extracting(signal -> ((Signal.Gesture) signal).phase())
        .containsExactly(
            GesturePhase.START,
            GesturePhase.MOVE,
            GesturePhase.END,
            GesturePhase.START,
            GesturePhase.MOVE,
            GesturePhase.END);
    assertThat(viewer.all())
        .allMatch(signal -> ((Signal.Gesture) signal).id() == 7)
        .allMatch(signal -> value(signal).equals(map("x", Value.of(0.5))));
  }

  // --- S10 ---------------------------------------------------------------------------------------

  @Test
  void s10JavaIsTheOperatorAndNobodyWritesPastItsLock() {
    String address = "/j10/spotlight";
    ClaspClient operator = stage.java("operator");
    ClaspClient assistant = stage.java("assistant");
    PeerClient js = stage.connect(stage.node(), "js");
    PeerClient python = stage.connect(stage.python(), "python");
    Watch viewer = stage.connect(stage.otherNode(), "viewer").subscribe("/j10/**");
    js.frameTypes();

    operator.blocking().set(address, Value.of(0.8), SetOptions.CONFIRM.locking());
    for (SetOptions options : List.of(SetOptions.CONFIRM, SetOptions.CONFIRM.unlocking())) {
      assertThatThrownBy(() -> assistant.blocking().set(address, Value.of(0.5), options))
          .isInstanceOfSatisfying(
              ClaspException.class,
              e -> {
                assertThat(e.code()).hasValue(401);
                assertThat(e.address()).hasValue(address);
                assertThat(e.getMessage()).contains("LockHeld");
              });
    }
    js.set(address, 0.5);
    assertThat(js.fence().frameTypes()).containsExactly(MessageType.ERROR);
    assertThat(js.lastError().orElseThrow().get("code").intValue()).isEqualTo(401);
    python.set(address, 0.5);
    python.fence();
    operator.blocking().set(address, 0.9);
    operator.blocking().set(address, Value.of(0.9), SetOptions.CONFIRM.unlocking());
    js.set(address, 0.4);
    js.fence();

    operator.blocking().set(address, Value.of(0.1), SetOptions.CONFIRM.locking());
    operator.close();
    python.set(address, 0.6);
    python.fence();
    assistant.blocking().set(address, 0.7);

    viewer.await(address, 0.7);
    assertThat(viewer.values())
        .as("only what was accepted")
        .startsWith(Json.of(0.8), Json.of(0.9), Json.of(0.9), Json.of(0.4), Json.of(0.1))
        .endsWith(Json.of(0.6), Json.of(0.7));
  }

  // --- S13, S14 ----------------------------------------------------------------------------------

  @Test
  void s13JavaIsOneOfThreeCursors() {
    PeerClient js = stage.connect(stage.node(), "js");
    PeerClient python = stage.connect(stage.python(), "python");
    ClaspClient java = stage.java("java");
    Watch onJs = js.subscribe("/j13/**");
    Watch onPython = python.subscribe("/j13/**");
    Received<Signal> onJava = watch(java, "/j13/**");
    String presence = "/j13/presence/" + java.session();

    java.blocking().set(presence, map("name", Value.of("Java")));
    java.blocking().stream("/j13/cursors/java", point(1, 2));
    js.stream("/j13/cursors/js", Map.of("x", 3.5, "y", 4.5));
    python.stream("/j13/cursors/python", Map.of("x", 5.5, "y", 6.5));
    js.fence();
    python.fence();

    for (Watch watch : List.of(onJs, onPython)) {
      watch.await(presence, Map.of("name", "Java"));
      watch.await("/j13/cursors/java", Map.of("x", 1, "y", 2));
    }
    onPython.await("/j13/cursors/js", Map.of("x", 3.5, "y", 4.5));
    await(onJava, "/j13/cursors/js", point(3.5, 4.5));
    await(onJava, "/j13/cursors/python", point(5.5, 6.5));

    java.blocking().set(presence, Value.NULL);

    for (Watch watch : List.of(onJs, onPython)) {
      watch.await(presence, null);
    }
    assertThat(at(onJava, "/j13/cursors/java")).as("not its own").isEmpty();
  }

  @Test
  void s13ThePresenceOfAJavaClientThatVanishedEndsByItsLifetime() {
    String presence = "/j13b/presence/java";
    Watch onJs = stage.connect(stage.node(), "js").subscribe("/j13b/**");
    Received<Signal> onJava = watch(stage.java("other"), "/j13b/**");
    ClaspClient java = stage.java("java");
    java.blocking()
        .set(presence, Value.of("here"), SetOptions.CONFIRM.withTtl(new Ttl.Absolute(1)));
    java.close();

    onJs.await(presence, "here");
    onJs.await(presence, null);
    await(onJava, presence, Value.NULL);
    assertThat(stage.java("late").blocking().get(presence)).isEmpty();
  }

  @Test
  void s14JavaIsANodeOnTcpAndADashboardOnWebSocket() {
    ClaspClient node =
        ClaspClient.builder(URI.create("tcp://localhost:" + stage.server().port()))
            .name("node")
            .connectTimeout(Patience.START)
            .requestTimeout(Patience.LIMIT)
            .connectBlocking();
    try (node) {
      Received<Signal> led = watch(node, "/j14/led/*");
      Received<Signal> dashboard = watch(stage.java("dashboard"), "/j14/sensors/**");
      PeerClient js = stage.connect(stage.node(), "js");
      Watch onJs = js.subscribe("/j14/sensors/**");

      node.blocking().set("/j14/sensors/7/temp", 21.5);
      js.set("/j14/led/brightness", 0.4);

      await(dashboard, "/j14/sensors/7/temp", Value.of(21.5));
      onJs.await("/j14/sensors/7/temp", 21.5);
      await(led, "/j14/led/brightness", Value.of(0.4));
    }
  }

  // --- S17 ---------------------------------------------------------------------------------------

  /** The counts of the scenario as fast as they go; how fast is measured by the bench. */
  @Test
  void s17JavaAveragesFortySensorsAndAStalledViewerHoldsUpNobody() {
    int sensors = 40;
    int zones = 8;
    int rounds = 100;
    RawClient stalled = stage.raw("stalled");
    stalled.send(Frames.subscribe(1, "/j17/**"));
    ClaspClient controller = stage.java("controller");
    Map<Integer, Double> newest = new ConcurrentHashMap<>();
    controller
        .subscribe(
            "/j17/sensors/distance/*",
            signal -> {
              int sensor =
                  Integer.parseInt(
                      signal.address().substring(signal.address().lastIndexOf('/') + 1));
              newest.put(sensor, number(value(signal)));
              int zone = sensor % zones;
              double average =
                  newest.entrySet().stream()
                      .filter(e -> e.getKey() % zones == zone)
                      .mapToDouble(Map.Entry::getValue)
                      .average()
                      .orElse(0);
              var _ =
                  controller.set("/j17/lights/zone/" + zone, Value.of(average), SetOptions.FIRE);
            })
        .active()
        .join();
    Watch onJs = stage.connect(stage.node(), "js").subscribe("/j17/lights/zone/*");
    Watch onPython = stage.connect(stage.python(), "python").subscribe("/j17/lights/zone/*");
    PeerClient half = stage.connect(stage.otherNode(), "half of the sensors");
    ClaspClient otherHalf = stage.java("the other half");

    for (int round = 1; round <= rounds; round++) {
      double distance = round;
      half.many(
          IntStream.range(0, sensors / 2)
              .mapToObj(n -> PeerClient.streamStep("/j17/sensors/distance/" + n, distance))
              .toList());
      for (int n = sensors / 2; n < sensors; n++) {
        otherHalf.blocking().stream("/j17/sensors/distance/" + n, Value.of(distance));
      }
    }

    for (Watch watch : List.of(onJs, onPython)) {
      for (int zone = 0; zone < zones; zone++) {
        watch.await("/j17/lights/zone/" + zone, rounds);
      }
    }
  }

  /** Nodes tell of themselves by values that end; a watcher says who has not. */
  @Test
  void s17ANodeThatIsSilentRaisesAnAlert() {
    ClaspClient watcher = stage.java("watcher");
    watcher
        .subscribe(
            "/j17b/heartbeat/*",
            signal -> {
              if (value(signal).equals(Value.NULL)) {
                var _ =
                    watcher.emit("/j17b/alerts/offline", map("node", Value.of(signal.address())));
              }
            })
        .active()
        .join();
    Watch onJs = stage.connect(stage.node(), "js").subscribe("/j17b/alerts/*");
    Watch onPython = stage.connect(stage.python(), "python").subscribe("/j17b/alerts/*");

    stage
        .java("node")
        .blocking()
        .set("/j17b/heartbeat/7", Value.of(true), SetOptions.CONFIRM.withTtl(new Ttl.Absolute(1)));

    for (Watch watch : List.of(onJs, onPython)) {
      watch.await("/j17b/alerts/offline", Map.of("node", "/j17b/heartbeat/7"));
    }
  }

  // --- S20, S22 ----------------------------------------------------------------------------------

  @Test
  void s20AWriteOfAnotherLanguageMakesTheRevisionOfJavaStale() {
    String address = "/j20/counter";
    ClaspClient java = stage.java("java");
    long revision = java.blocking().set(address, 1).revision().orElseThrow();
    for (Peer peer : List.of(stage.node(), stage.python())) {
      PeerClient other = stage.connect(peer, "other");
      other.set(address, 5);
      other.fence();
    }

    assertThatThrownBy(() ->
            java.blocking().set(address, Value.of(2), SetOptions.CONFIRM.ifRevision(revision)))
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.getMessage()).contains("current is 3"));
    java.blocking().set(address, Value.of(2), SetOptions.CONFIRM.ifRevision(3));
    assertThat(stage.connect(stage.otherNode(), "reader").get(address)).isEqualTo(Json.of(2));
  }

  @Test
  void s20JavaCountsWithPythonAndLosesNothingOfItsOwn() {
    String address = "/j20b/counter";
    PeerClient python = stage.connect(stage.python(), "python");
    python.set(address, 1000);
    python.fence();
    ClaspClient java = stage.java("java");

    for (int i = 0; i < 100; i++) {
      java.blocking().update(address, now -> now.orElseThrow().as(long.class) + 1);
    }

    assertThat(stage.connect(stage.python(), "reader").get(address)).isEqualTo(Json.of(1100));
    assertThat(java.blocking().compareAndSet(address, 1, Value.of(0))).isFalse();
  }

  @Test
  void s22TheDesktopMonitorSeesWhatJavaSends() {
    RawClient monitor = stage.kept(RawClient.connect(stage.url(), "/", ""));
    for (JsonNode entry : Vectors.read("client-frames-derived")) {
      if (entry.path("step").asText().contains("of the signal monitor")) {
        monitor.send(entry.get("hex").asText());
      }
    }
    assertThat(monitor.exchange().getFirst().type()).isEqualTo(MessageType.WELCOME);
    ClaspClient java = stage.java("java");

    java.blocking().set("/j22/set", 1);
    java.blocking().emit("/j22/event", Value.of(2));
    java.blocking().stream("/j22/stream", Value.of(3));
    java.blocking().gesture("/j22/gesture", 1, GesturePhase.START, point(0, 0));
    java.blocking().timeline("/j22/timeline", fade());
    java.blocking().ping();

    assertThat(monitor.messages())
        .extracting(message ->
            message instanceof Message.SetValue set
                ? set.address()
                : ((Message.Publish) message).address())
        .containsExactly("/j22/set", "/j22/event", "/j22/stream");
  }
}
