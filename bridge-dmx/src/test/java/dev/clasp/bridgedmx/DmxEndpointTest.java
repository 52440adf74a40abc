package dev.clasp.bridgedmx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.PtyPair;
import dev.clasp.transform.MappedSignal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole endpoint against the emulated widget at a pair of ports. */
@Timeout(180)
class DmxEndpointTest {

  @TempDir private Path folder;

  private final FakeContext context = FakeContext.inRealTime();
  private Optional<DmxEndpoint> running = Optional.empty();

  private DmxEndpoint start(Map<String, Value> given) {
    DmxEndpoint endpoint =
        new DmxEndpoint(
            DmxConfig.of(
                BridgeSettings.of(new DmxProvider().settings(), given), TypeProfile.COMPATIBLE),
            context,
            Ports.SYSTEM,
            Ticker.SYSTEM);
    running = Optional.of(endpoint);
    endpoint.start();
    return endpoint;
  }

  @AfterEach
  void stop() {
    running.ifPresent(DmxEndpoint::close);
  }

  private static Parcel parcel(Map<String, Integer> levels) {
    return new Parcel(
        levels.entrySet().stream()
            .map(each ->
                new MappedSignal(each.getKey(), SignalType.PARAM, Value.of(each.getValue())))
            .toList(),
        true,
        OptionalLong.empty(),
        Optional.empty());
  }

  private static void await(String what, BooleanSupplier wanted) throws InterruptedException {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!wanted.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(5);
    }
  }

  private Map<String, Value> pro(PtyPair pair, Map<String, Value> more) {
    Map<String, Value> given = new LinkedHashMap<>(more);
    given.put("port", Value.of(pair.near()));
    given.put("interface_type", Value.of("pro"));
    return given;
  }

  @Test
  void anEmulatedProIsRecognizedAndDriven() throws Exception {
    try (PtyPair pair = new PtyPair(folder);
        WidgetEmulator widget = new WidgetEmulator(pair.far())) {
      DmxEndpoint endpoint = start(pro(pair, Map.of("universe", Value.of(1))));
      assertThat(context.awaitTold("up "))
          .contains(pair.near() + " (ENTTEC DMX USB PRO 12345678, firmware 1.44)");

      endpoint.send(parcel(Map.of("/1/1", 255, "/1/3", 7, "/1/512", 9)));
      byte[] data = widget.awaitLevels(255, 0, 7);
      assertThat(data).hasSize(513).endsWith(9);
      // Counted when they have been written, and by then they may have been read.
      await("they are counted", () -> context.bytesOut.get() > 518);
    }
  }

  @Test
  void aSlotWithoutAUniverseIsInTheFirst() throws Exception {
    try (PtyPair pair = new PtyPair(folder);
        WidgetEmulator widget = new WidgetEmulator(pair.far())) {
      start(pro(pair, Map.of("universe", Value.of(5)))).send(parcel(Map.of("/2", 40)));
      widget.awaitLevels(0, 40);
    }
  }

  @Test
  void itComesBackAfterItWasUnpluggedAndShowsTheLastLevels() throws Exception {
    try (PtyPair pair = new PtyPair(folder)) {
      DmxEndpoint endpoint = start(pro(pair, Map.of("universe", Value.of(1))));
      try (WidgetEmulator widget = new WidgetEmulator(pair.far())) {
        context.awaitTold("up ");
        endpoint.send(parcel(Map.of("/1/1", 100)));
        widget.awaitLevels(100);
        pair.unplug();
      }
      assertThat(context.awaitTold("down ")).contains(pair.near());
      // Written while nobody is there: the newest is shown later.
      endpoint.send(parcel(Map.of("/1/2", 200)));

      pair.plugIn();
      try (WidgetEmulator widget = new WidgetEmulator(pair.far())) {
        context.awaitTold("up ");
        widget.awaitLevels(100, 200);
      }
    }
  }

  @Test
  void aPortThatIsNotThereIsWaitedFor() throws Exception {
    try (PtyPair pair = new PtyPair(folder)) {
      pair.unplug();
      start(pro(pair, Map.of()));
      context.awaitTold("down " + pair.near());
      pair.plugIn();
      try (WidgetEmulator _ = new WidgetEmulator(pair.far())) {
        context.awaitTold("up ");
      }
    }
  }

  @Test
  void whatDoesNotAnswerIsNoPro() throws Exception {
    try (PtyPair pair = new PtyPair(folder)) {
      start(pro(pair, Map.of()));
      context.awaitTold("down opening");
      assertThat(context.awaitTold("down ")).contains("nothing there answers like a DMX USB Pro");
    }
  }

  @Test
  void aConsoleOnTheLineBecomesSlots() throws Exception {
    try (PtyPair pair = new PtyPair(folder);
        WidgetEmulator widget = new WidgetEmulator(pair.far())) {
      start(pro(pair, Map.of("universe", Value.of(2), "direction", Value.of("in"))));
      context.awaitTold("up ");
      await("receives always", () -> widget.receiveMode() == 0);

      widget.receive(255, 0, 17);
      Map<String, Value> slots = awaitSlots(3);
      assertThat(slots)
          .containsEntry("/2/1", Value.of(255))
          .containsEntry("/2/2", Value.of(0))
          .containsEntry("/2/3", Value.of(17));

      widget.receive(255, 0, 18);
      assertThat(awaitSlots(1)).containsExactly(Map.entry("/2/3", Value.of(18)));
    }
  }

  @Test
  void changesOfStateBecomeSlots() throws Exception {
    try (PtyPair pair = new PtyPair(folder);
        WidgetEmulator widget = new WidgetEmulator(pair.far())) {
      start(pro(pair, Map.of("direction", Value.of("in"), "receive", Value.of("changes"))));
      context.awaitTold("up ");
      await("receives changes", () -> widget.receiveMode() == 1);

      widget.say(9, new byte[] {1, 1, 0, 0, 0, 0, 33});
      assertThat(awaitSlots(1)).containsEntry("/0/8", Value.of(33));
    }
  }

  /** The next values of slots, at least so many; what is told of sources is skipped. */
  private Map<String, Value> awaitSlots(int count) {
    Map<String, Value> slots = new LinkedHashMap<>();
    while (slots.size() < count) {
      for (MappedSignal signal : context.next().signals()) {
        if (!signal.address().startsWith("/$")) {
          slots.put(signal.address(), signal.value());
        }
      }
    }
    return slots;
  }

  @Test
  void noiseDoesNothing() throws Exception {
    try (PtyPair pair = new PtyPair(folder);
        WidgetEmulator widget = new WidgetEmulator(pair.far())) {
      start(pro(pair, Map.of("direction", Value.of("in"))));
      context.awaitTold("up ");
      await("receives", () -> widget.receiveMode() == 0);
      widget.noise(new byte[] {0x7E, 5, 1, 0, 0, 0, 1, 2, 3});
      widget.noise(new byte[700]);
      widget.receive(1);

      assertThat(awaitSlots(1)).containsEntry("/0/1", Value.of(1));
      assertThat(context.awaitTold("dropped ")).contains("bytes that belong to no message");
    }
  }

  @Test
  void blackoutIsTheLastThingIfThatIsWanted() throws Exception {
    try (PtyPair pair = new PtyPair(folder);
        WidgetEmulator widget = new WidgetEmulator(pair.far())) {
      DmxEndpoint endpoint =
          start(pro(pair, Map.of("universe", Value.of(1), "on_stop", Value.of("blackout"))));
      context.awaitTold("up ");
      endpoint.send(parcel(Map.of("/1/1", 255)));
      widget.awaitLevels(255);
      widget.forget();
      endpoint.close();

      widget.await("dark", each -> each.label() == 6 && Arrays.equals(each.data(), new byte[513]));
    }
  }

  @Test
  void theRouterMayBeAwayForAWhileButNotForEver() throws Exception {
    try (PtyPair pair = new PtyPair(folder);
        WidgetEmulator widget = new WidgetEmulator(pair.far())) {
      DmxEndpoint endpoint =
          start(
              pro(
                  pair,
                  Map.of(
                      "universe", Value.of(1),
                      "on_loss", Value.of("blackout"),
                      "loss_time", Value.of("50ms"))));
      context.awaitTold("up ");
      endpoint.send(parcel(Map.of("/1/1", 255)));
      widget.awaitLevels(255);
      widget.forget();
      endpoint.routerConnected(false);
      widget.awaitLevels(0);
      widget.forget();
      endpoint.routerConnected(true);
      widget.awaitLevels(255);
    }
  }

  @Test
  void severalInterfacesHaveTheirUniverses() throws Exception {
    Path second = folder.resolve("second");
    Files.createDirectory(second);
    try (PtyPair one = new PtyPair(folder);
        PtyPair two = new PtyPair(second);
        WidgetEmulator first = new WidgetEmulator(one.far());
        WidgetEmulator other = new WidgetEmulator(two.far())) {
      DmxEndpoint endpoint =
          start(
              Map.of(
                  "interfaces",
                  Value.of(
                      List.of(
                          Value.of(one.near() + "?kind=pro&universe=1"),
                          Value.of(two.near() + "?kind=pro&universe=2")))));
      endpoint.send(parcel(Map.of("/1/1", 11, "/2/1", 22)));
      first.awaitLevels(11);
      other.awaitLevels(22);
      String working = one.near() + " (ENTTEC DMX USB PRO 12345678, firmware 1.44)";
      context.awaitTold("up " + working + ", " + two.near());

      two.unplug();
      context.awaitTold("up " + working + "; missing: " + two.near());
      context.awaitTold("error " + two.near());
      endpoint.send(parcel(Map.of("/1/1", 12)));
      first.awaitLevels(12);
    }
  }

  @Test
  void aVirtualInterfaceShowsItsLevels() throws Exception {
    DmxEndpoint endpoint = start(Map.of("universe", Value.of(1)));
    context.awaitTold("up virtual interface");
    endpoint.send(parcel(Map.of("/1/2", 128)));

    await("levels", () -> level(endpoint) == 128);
  }

  /** Of slot 2; -1 if it is not known. */
  private static int level(DmxEndpoint endpoint) {
    return endpoint.details().get("interfaces") instanceof Value.Array(List<Value> all)
            && all.getFirst() instanceof Value.Map(Map<String, Value> only)
            && only.get("levels") instanceof Value.Bytes levels
        ? levels.value()[1] & 0xFF
        : -1;
  }

  @Test
  void whatCannotBeSentIsSaid() {
    DmxEndpoint endpoint = start(Map.of("universe", Value.of(1)));
    endpoint.send(parcel(Map.of("/9/1", 1)));
    assertThat(context.awaitTold("dropped ")).contains("/9/1");
  }
}
