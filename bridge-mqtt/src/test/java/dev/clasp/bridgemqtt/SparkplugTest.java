package dev.clasp.bridgemqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The payloads were made by protoc from the message that the specification names. */
class SparkplugTest {

  private static final String NBIRTH =
      "08eaf2f5a8a02b12120a05626453657118eaf2f5a8a02b2008580312210a144e6f646520436f6e74726f6c2f5265"
          + "626972746818eaf2f5a8a02b200b700012320a0e537570706c7920566f6c74616765100118eaf2f5a8a02b"
          + "20094a100a07656e67556e69741205080c420156650000484112120a064f66667365741002200150feffff"
          + "ff0f1800";
  private static final String DBIRTH =
      "08ebf2f5a8a02b120f0a054c6576656c100a200250c0b80212160a05436f756e74100b200858ffffffffffffffff"
          + "ff0112110a0454657874100c200c7a057761746572120e0a03526177100d20118201020102120b0a034f6c"
          + "64100e200a380112270a055461626c6520108a011b08021201611201621803180c220d0a0608ffffffff0f"
          + "0a033201781801";
  private static final String DDATA =
      "08ecf2f5a8a02b120d100a18ecf2f5a8a02b20025007120d100e200a69000000000000f83f1210100c200c28017a"
          + "086c6f6e672061676f1802";
  private static final String NDATA = "08edf2f5a8a02b1208100250faffffff0f1803";
  private static final String NDATA_LATER = "08edf2f5a8a02b1207100165000050411809";
  private static final String DEATH = "08eef2f5a8a02b120b0a05626453657120085803";
  private static final String DEATH_BEFORE = "08eef2f5a8a02b120b0a05626453657120085802";
  private static final String REBIRTH =
      "0880d095ffbc3112210a144e6f646520436f6e74726f6c2f526562697274681880d095ffbc31200b7001";
  private static final String LEVEL_TO_MINUS_5 =
      "0880d095ffbc311211100a1880d095ffbc31200250fbffffff0f";

  private final FakeContext context = new FakeContext();
  private final List<String> commands = new ArrayList<>();
  private final Sparkplug plant =
      new Sparkplug(
          context,
          true,
          letter -> commands.add(letter.topic() + "=" + HexFormat.of().formatHex(letter.payload())),
          () -> {});

  private List<String> received(String topic, String hex) {
    return plant
        .received(new Letter("spBv1.0/" + topic, HexFormat.of().parseHex(hex), 0, false, false))
        .stream()
        .map(signal -> signal.address().substring("/spBv1.0/".length()) + " " + signal.value())
        .toList();
  }

  @Test
  void aBirthTellsEveryMetricByItsName() {
    assertThat(received("plant/NBIRTH/edge", NBIRTH))
        .containsExactly(
            "plant/edge/bdSeq " + Value.of(3),
            "plant/edge/Node Control/Rebirth " + Value.FALSE,
            "plant/edge/Supply Voltage " + Value.of(12.5),
            "plant/edge/Offset " + Value.of(-2),
            "plant/edge/$state " + Value.of("online"));
    Map<String, Value> row = new LinkedHashMap<>();
    row.put("a", Value.of(-1));
    row.put("b", Value.of("x"));
    assertThat(received("plant/DBIRTH/edge/tank", DBIRTH))
        .containsExactly(
            "plant/edge/tank/Level " + Value.of(-25_536),
            "plant/edge/tank/Count " + Value.of(0x1p64),
            "plant/edge/tank/Text " + Value.of("water"),
            "plant/edge/tank/Raw " + Value.of(new byte[] {1, 2}),
            "plant/edge/tank/Old " + Value.NULL,
            "plant/edge/tank/Table " + Value.of(List.of(Value.of(row))),
            "plant/edge/tank/$state " + Value.of("online"));
    assertThat(plant.offers())
        .hasSize(10)
        .anySatisfy(offer -> {
          assertThat(offer.address()).isEqualTo("/spBv1.0/plant/edge/Supply Voltage");
          assertThat(offer.datatype()).contains("float");
          assertThat(offer.meta().orElseThrow().unit()).contains("V");
        });
    assertThat(context.said).isEmpty();
    assertThat(commands).isEmpty();
  }

  @Test
  void dataComeByAlias() {
    received("plant/NBIRTH/edge", NBIRTH);
    received("plant/DBIRTH/edge/tank", DBIRTH);
    assertThat(received("plant/DDATA/edge/tank", DDATA))
        .as("what is historical does not count")
        .containsExactly(
            "plant/edge/tank/Level " + Value.of(7), "plant/edge/tank/Old " + Value.of(1.5));
    assertThat(received("plant/NDATA/edge", NDATA))
        .as("the type was said in the birth")
        .containsExactly("plant/edge/Offset " + Value.of(-6));
    assertThat(commands).isEmpty();
  }

  @Test
  void aTypeThatOnlyTheBirthSaysCountsForEveryKindOfNumber() {
    received("plant/NBIRTH/edge", NBIRTH);
    received("plant/DBIRTH/edge/tank", DBIRTH);
    assertThat(received("plant/DDATA/edge/tank", "12120a05436f756e7458ffffffffffffffffff011802"))
        .containsExactly("plant/edge/tank/Count " + Value.of(0x1p64));
  }

  @Test
  void metricsOfAllNodesAreBoundedAndThoseOfDeadNodesMakeRoom() {
    // 19,999 metrics each, by names of one to five digits.
    byte[] birth = manyMetrics();
    for (int node = 0; node < 6; node++) {
      plant.received(new Letter("spBv1.0/g/NBIRTH/n" + node, birth, 0, false, false));
    }
    assertThat(plant.offers()).hasSizeBetween(80_000, Sparkplug.MAX_METRICS);
    assertThat(context.said).isNotEmpty().allMatch(text -> text.startsWith("dropped "));
    context.said.clear();
    for (int node = 0; node < 2; node++) {
      received("g/NDEATH/n" + node, "");
    }
    plant.received(new Letter("spBv1.0/g/NBIRTH/n6", birth, 0, false, false));
    assertThat(context.said).isEmpty();
    assertThat(plant.offers())
        .hasSizeLessThanOrEqualTo(Sparkplug.MAX_METRICS)
        .anyMatch(offer -> offer.address().startsWith("/spBv1.0/g/n6/"))
        .noneMatch(offer -> offer.address().startsWith("/spBv1.0/g/n0/"));
  }

  private static byte[] manyMetrics() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 1; i < 20_000; i++) {
      byte[] name = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
      out.write(0x12);
      out.write(name.length + 6);
      out.write(0x0A);
      out.write(name.length);
      out.writeBytes(name);
      out.writeBytes(new byte[] {0x20, 3, 0x50, 1});
    }
    return out.toByteArray();
  }

  @Test
  void aDeviceThatIsBornAgainAndAgainLeavesNothingBehind() {
    received("plant/NBIRTH/edge", NBIRTH);
    for (int i = 0; i < 5; i++) {
      received("plant/DBIRTH/edge/tank", DBIRTH);
    }
    assertThat(plant.offers()).hasSize(10);
    received("plant/NDATA/other", NDATA);
    received("plant/NBIRTH/edge", NBIRTH);
    assertThat(plant.offers()).hasSize(4);
    assertThat(plant.nodes()).isEqualTo(1);
  }

  @Test
  void aGapMakesUsAskForABirthOnceInAWhile() {
    received("plant/NBIRTH/edge", NBIRTH);
    assertThat(received("plant/NDATA/edge", NDATA_LATER))
        .containsExactly("plant/edge/Supply Voltage " + Value.of(13.0));
    received("plant/NDATA/edge", NDATA);
    assertThat(commands).containsExactly("spBv1.0/plant/NCMD/edge=" + REBIRTH);
    context.now += 11_000_000_000L;
    received("plant/NDATA/edge", NDATA_LATER);
    assertThat(commands).hasSize(2);
    received("plant/NBIRTH/edge", NBIRTH);
    received("plant/DDATA/edge/tank", DDATA);
    assertThat(commands).as("a device that was never born").hasSize(3);
  }

  @Test
  void dataOfANodeThatWasNeverBornAreNotGuessed() {
    assertThat(received("plant/NDATA/edge", NDATA)).isEmpty();
    assertThat(received("plant/DBIRTH/edge/tank", DBIRTH)).isEmpty();
    assertThat(commands).containsExactly("spBv1.0/plant/NCMD/edge=" + REBIRTH);
  }

  @Test
  void aDeathCountsIfItIsThatOfTheLastBirth() {
    received("plant/NBIRTH/edge", NBIRTH);
    received("plant/DBIRTH/edge/tank", DBIRTH);
    assertThat(received("plant/NDEATH/edge", DEATH_BEFORE)).isEmpty();
    assertThat(received("plant/NDEATH/edge", DEATH))
        .containsExactly(
            "plant/edge/tank/$state " + Value.of("offline"),
            "plant/edge/$state " + Value.of("offline"));
    assertThat(plant.nodes()).isZero();
  }

  @Test
  void whatIsWrittenGoesToItsDeviceInItsType() {
    received("plant/NBIRTH/edge", NBIRTH);
    received("plant/DBIRTH/edge/tank", DBIRTH);
    plant.write(new MappedSignal("/spBv1.0/plant/edge/tank/Level", SignalType.PARAM, Value.of(-5)));
    assertThat(commands).containsExactly("spBv1.0/plant/DCMD/edge/tank=" + LEVEL_TO_MINUS_5);
    plant.write(
        new MappedSignal("/spBv1.0/plant/edge/Node Control/Rebirth", SignalType.PARAM, Value.TRUE));
    assertThat(commands).last().isEqualTo("spBv1.0/plant/NCMD/edge=" + REBIRTH);
    plant.write(
        new MappedSignal("/spBv1.0/plant/edge/tank/Level", SignalType.PARAM, Value.of(40_000)));
    plant.write(new MappedSignal("/spBv1.0/plant/edge/tank/None", SignalType.PARAM, Value.of(1)));
    assertThat(context.said)
        .containsExactly(
            "dropped /spBv1.0/plant/edge/tank/Level is a INT16, which cannot be "
                + Value.of(40_000),
            "dropped /spBv1.0/plant/edge/tank/None is no metric that a node has told of");
  }

  @Test
  void whatIsNoSparkplugIsDropped() {
    received("plant/NBIRTH/edge", "ff");
    received("plant/NBIRTH/edge/tank", NBIRTH);
    received("plant/XBIRTH/edge", NBIRTH);
    assertThat(context.said).hasSize(3).allMatch(text -> text.startsWith("dropped spBv1.0/plant/"));
    assertThat(received("STATE/host", "7b7d")).isEmpty();
    assertThat(SparkplugPayload.read(new byte[] {0x12, 0x7F})).isEqualTo(Optional.empty());
  }
}
