package dev.clasp.bridgesocketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.json.JSONException;
import org.json.JSONTokener;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever comes, packets are read or refused; what is read can be written and read again. */
class PacketFuzzTest {

  private static final EventNames NAMES =
      new EventNames(EventNames.Style.PATH, List.of("/", "/admin"), TypeProfile.STANDARD);

  static Stream<byte[]> seeds() {
    return Stream.of(
            "0",
            "0{\"token\":\"x\"}",
            "0/admin?token=x,",
            "2/admin,12[\"a/b\",1,{\"c\":[null,1.5]}]",
            "51-[\"blob\",{\"_placeholder\":true,\"num\":0}]",
            "61-/admin,3[{\"num\":0,\"_placeholder\":true}]",
            "4/admin,{\"message\":\"no\"}",
            "42[\"a\"]\u001e2\u001ebAQID",
            "6:42[\"a\"]10:b4AQIDBA==",
            "\u0001\u0001\u00ff",
            "[1,\"x\",{\"a\":[true,null,1e300,12345678901234567890]}]")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyTextIsAPacketOrNone(byte[] bytes) {
    Optional<SocketPacket> read =
        SocketPacket.decode(new String(bytes, StandardCharsets.UTF_8))
            .flatMap(packet -> packet.with(List.of(new byte[] {1, 2})));
    if (read.isEmpty()
        || read.get().type() != SocketPacket.Type.EVENT
            && read.get().type() != SocketPacket.Type.BINARY_EVENT) {
      return;
    }
    SocketPacket packet = read.get();
    Optional<MappedSignal> signal =
        NAMES
            .path(packet.namespace(), packet.name())
            .map(path -> NAMES.signal(path, packet.arguments()));
    assertThat(signal.flatMap(each -> NAMES.place(each.address())).isPresent())
        .isEqualTo(signal.isPresent());
    SocketPacket.Encoded encoded =
        SocketPacket.of(SocketPacket.Type.EVENT, packet.namespace(), packet.ack(), packet.data())
            .encode();
    SocketPacket again =
        SocketPacket.decode(encoded.text()).orElseThrow().with(encoded.attachments()).orElseThrow();
    assertThat(again.name()).isEqualTo(packet.name());
    assertThat(again.ack()).isEqualTo(packet.ack());
    assertThat(again.arguments()).hasSameSizeAs(packet.arguments());
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreAListOfFramesOrNone(byte[] bytes) {
    for (boolean four : new boolean[] {true, false}) {
      for (boolean binary : new boolean[] {true, false}) {
        EngineFrame.parse(four, binary, bytes)
            .ifPresent(frames -> {
              byte[] written = EngineFrame.payload(four, frames).getBytes(StandardCharsets.UTF_8);
              // Only in Engine.IO 4 a text could have the separator in it; it never has.
              if (!four || !binary) {
                assertThat(EngineFrame.parse(four, false, written).orElseThrow())
                    .hasSameSizeAs(frames);
              }
            });
      }
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyArgumentOfTheLibraryIsAValueOrRefused(byte[] bytes) {
    Object object;
    try {
      object = new JSONTokener(new String(bytes, StandardCharsets.UTF_8)).nextValue();
    } catch (JSONException e) {
      return;
    }
    try {
      Value value = JsonTree.value(object);
      assertThat(JsonTree.value(JsonTree.object(value))).isNotNull();
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("levels");
    }
  }
}
