package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that come later than the values: the router remembers. */
@RealProgram
class LateJoinerTest {

  @RegisterExtension static final Stage stage = new Stage("--loops", "2");

  @Test
  void aLateJoinerGetsTheNewestValues() {
    PeerClient writer = stage.connect(stage.node(), "writer");
    writer.set("/late/a", 1);
    writer.set("/late/a", 2);
    writer.set("/late/b/c", "deep");
    writer.fence();

    PeerClient late = stage.connect(stage.otherNode(), "late");
    assertThat(late.cached("/late/a")).as("from the snapshot after WELCOME").isEqualTo(Json.of(2));
    Watch watch = late.subscribe("/late/**");

    Watch.Delivery a = watch.await("/late/a", 2);
    watch.await("/late/b/c", "deep");
    assertThat(watch.all()).hasSize(2);
    assertThat(a.meta())
        .hasValueSatisfying(meta -> {
          assertThat(meta.get("revision").longValue()).isEqualTo(2);
          assertThat(meta.get("writer").asText()).isEqualTo(writer.session());
        });
  }

  @Test
  void aLateJoinerStillGetsTheStateOfAWriterThatLeft() {
    PeerClient writer = stage.connect(stage.node(), "writer");
    writer.set("/left/behind", Map.of("r", 255, "g", 240));
    writer.fence();
    writer.close();

    Watch watch = stage.connect(stage.otherNode(), "late").subscribe("/left/*");

    watch.await("/left/behind", Map.of("r", 255, "g", 240));
  }

  @Test
  void aStateLargerThanAFrameArrivesInParts() {
    PeerClient writer = stage.connect(stage.node(), "writer");
    List<Map<String, JsonNode>> writes = new ArrayList<>();
    Set<String> addresses = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      String address = "/big/" + i;
      addresses.add(address);
      writes.add(PeerClient.setStep(address, i + "x".repeat(1000)));
    }
    writer.many(writes);
    writer.fence();

    PeerClient late = stage.connect(stage.otherNode(), "late");
    Watch watch = late.subscribe("/big/**");
    watch
        .received()
        .awaitAnswer(
            "300 addresses",
            all ->
                Optional.of(watch.addresses())
                    .filter(seen -> new HashSet<>(seen).equals(addresses)));

    assertThat(watch.all())
        .allMatch(delivery ->
            delivery
                .value()
                .asText()
                .startsWith(delivery.address().substring("/big/".length()) + "x"));
    assertThat(late.frameTypes())
        .filteredOn(type -> type == MessageType.SNAPSHOT)
        .as("parts of the snapshots after WELCOME and SUBSCRIBE, 300 kB each")
        .hasSizeGreaterThanOrEqualTo(10);
  }

  /** Scenario S6. */
  @Test
  void tenParametersOfAnEveningShow() {
    Map<String, Object> show = new HashMap<>();
    show.put("/s6/lights/living-room/brightness", 0.8);
    show.put("/s6/lights/living-room/color", Map.of("r", 255, "g", 240, "b", 220));
    show.put("/s6/lights/kitchen/brightness", 1.0);
    show.put("/s6/lights/bedroom/brightness", 0.3);
    show.put("/s6/audio/master/volume", 0.65);
    show.put("/s6/audio/master/mute", false);
    show.put("/s6/audio/channel/1/volume", 0.8);
    show.put("/s6/audio/channel/2/volume", 0.7);
    show.put("/s6/scene/active", "evening");
    show.put("/s6/scene/last-change", 1_700_000_000_000L);
    PeerClient writer = stage.connect(stage.node(), "writer");
    String session = writer.session();
    show.forEach(writer::set);
    writer.fence();
    writer.close();

    PeerClient late = stage.connect(stage.otherNode(), "late");
    // A snapshot that answers one subscription is shown to all, so each has a client of its own.
    Watch lights = stage.connect(stage.otherNode(), "lights").subscribe("/s6/lights/**");
    Watch brightness =
        stage.connect(stage.otherNode(), "brightness").subscribe("/s6/lights/*/brightness");
    Watch master = stage.connect(stage.otherNode(), "master").subscribe("/s6/audio/master/*");
    Watch all = late.subscribe("/s6/**");

    show.forEach(all::await);
    assertThat(all.all())
        .hasSize(10)
        .allSatisfy(delivery -> {
          assertThat(delivery.meta().orElseThrow().get("revision").longValue()).isEqualTo(1);
          assertThat(delivery.meta().orElseThrow().get("writer").asText()).isEqualTo(session);
        });
    assertThat(lights.awaitCount(4)).hasSize(4);
    assertThat(brightness.awaitCount(3)).hasSize(3);
    assertThat(master.awaitCount(2)).hasSize(2);
  }

  /** Scenario S6, the large part. */
  @Test
  void fiveThousandParametersArriveInSnapshotsThatFitAFrame() {
    PeerClient writer = stage.connect(stage.node(), "writer");
    writer.many(
        IntStream.range(0, 5000).mapToObj(i -> PeerClient.setStep("/many/" + i, i)).toList());
    writer.fence();

    Watch watch = stage.connect(stage.otherNode(), "late").subscribe("/many/**");
    RawClient raw = stage.raw("raw");
    raw.send(Frames.subscribe(1, "/many/**"));
    Set<String> addresses = new HashSet<>();
    raw.await(
        "5000 parameters",
        message -> {
          if (message instanceof Message.Snapshot snapshot) {
            snapshot.parameters().forEach(parameter -> addresses.add(parameter.address()));
          }
          return addresses.size() == 5000 ? Optional.of(addresses) : Optional.empty();
        });

    watch
        .received()
        .awaitAnswer(
            "5000 addresses",
            all -> {
              Set<String> seen = new HashSet<>();
              all.forEach(delivery -> seen.add(delivery.address()));
              return seen.size() == 5000 ? Optional.of(seen) : Optional.empty();
            });
    List<RawClient.Arrival.Binary> parts =
        raw.arrivals().all().stream()
            .filter(RawClient.Arrival.Binary.class::isInstance)
            .map(RawClient.Arrival.Binary.class::cast)
            .toList();
    assertThat(parts)
        .hasSizeGreaterThanOrEqualTo(7)
        .allSatisfy(part -> {
          assertThat(part.type()).isEqualTo(MessageType.SNAPSHOT);
          assertThat(part.bytes().length)
              .isLessThanOrEqualTo(FrameDescriptor.HEADER_LENGTH + 60_000);
          assertThat(((Message.Snapshot) part.message()).parameters())
              .hasSizeLessThanOrEqualTo(800);
        });
  }
}
