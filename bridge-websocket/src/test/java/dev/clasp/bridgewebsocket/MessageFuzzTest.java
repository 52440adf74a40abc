package dev.clasp.bridgewebsocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.EncodeException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a peer sends is signals with addresses, or is told to be unusable. */
class MessageFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "7b2261646472657373223a222f61222c2276616c7565223a317d",
            "7b2274797065223a22736574222c2261646472657373223a222f61222c2276616c7565223a317d",
            "82a761646472657373a22f61a576616c756501",
            "a26761646472657373622f616576616c756501",
            "530000072100022f61000000000000000000",
            "ff00ff")
        .map(HexFormat.of()::parseHex);
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyMessageIsSignalsOrUnusable(byte[] bytes) {
    boolean utf8 = isUtf8(bytes);
    for (MessageFormat format : MessageFormat.values()) {
      for (boolean standard : new boolean[] {false, true}) {
        Translation translation = new Translation(format, standard, () -> "/ws");
        read(translation, SocketMessage.binary(bytes));
        if (utf8) {
          read(translation, new SocketMessage(true, bytes));
        }
      }
    }
  }

  private static void read(Translation translation, SocketMessage message) {
    Parcel parcel;
    try {
      parcel = translation.read(message, "peer");
    } catch (Translation.UnusableMessage e) {
      assertThat(e).hasMessageMatching("(?s).+");
      return;
    }
    parcel
        .signals()
        .forEach(signal -> {
          assertThat(AddressRules.violation(signal.address())).isNull();
          try {
            translation.write(signal);
          } catch (EncodeException e) {
            // Too large for a frame of CLASP: told to the host.
          }
        });
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
