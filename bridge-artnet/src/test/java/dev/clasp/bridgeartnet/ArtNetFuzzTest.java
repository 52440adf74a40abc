package dev.clasp.bridgeartnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any datagram is a packet that can be sent again, or a sentence. */
class ArtNetFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.concat(Stream.of(new byte[0]), Samples.all().map(ArtNetEncoder::encode));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyDatagramIsAPacketOrAMistake(byte[] octets) {
    try {
      ArtNetPacket packet = ArtNetDecoder.decode(octets, octets.length);
      byte[] sent = ArtNetEncoder.encode(packet);
      ArtNetPacket back = ArtNetDecoder.decode(sent, sent.length);
      assertThat(ArtNetEncoder.encode(back)).isEqualTo(sent);
    } catch (ArtNetException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
