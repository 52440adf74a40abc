package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any datagram is commands that are written the same, or none. */
class NetMidi2FuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
        Messages.hex("4D494449 01040200 4D794465 76000000 38736859 65336835"),
        Messages.hex("4D494449 FF023456 45904000 12340000 FF023457 45804000 01000000"),
        Messages.hex("4D494449 12060101 12121212 12121212 12121212 12121212 48616C6C 31000000"),
        Messages.hex("4D494449 8F010200 FF020005 80011234 00030000 81010100 12340000"),
        Messages.hex("4D494449 FF040009 F0000101 0000001F 00000000 00000000"));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyDatagram(byte[] bytes) {
    NetMidi2Packet.parse(bytes, bytes.length)
        .ifPresent(commands -> {
          boolean known =
              commands.stream().noneMatch(each -> each instanceof NetMidi2Command.Unknown);
          // A request without its second word is written with it, and is longer.
          if (known && bytes.length <= NetMidi2Packet.MOST_BYTES / 2) {
            byte[] written = NetMidi2Packet.write(commands);
            assertThat(NetMidi2Packet.parse(written, written.length)).contains(commands);
          }
          NetMidi2Receiver receiver = new NetMidi2Receiver();
          UmpIdentity identity = new UmpIdentity("Fuzz", "1", 0, 16, true);
          List<Ump> heard = new ArrayList<>();
          for (NetMidi2Command command : commands) {
            if (command instanceof NetMidi2Command.UmpData data) {
              receiver.accept(data, heard::addAll);
              receiver.skip(heard::addAll);
            }
          }
          for (Ump packet : heard) {
            if (packet instanceof Ump.Stream stream) {
              assertThat(identity.answers(stream).size()).isLessThan(20);
            }
            if (packet instanceof Ump.Midi2 voice) {
              assertThat(UmpValue.refined(voice, UmpValue.of(voice)).index())
                  .isEqualTo(voice.index());
            }
          }
        });
  }
}
