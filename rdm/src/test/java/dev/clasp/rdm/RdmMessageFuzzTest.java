package dev.clasp.rdm;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Octets of a line: a message that can be written again, or a sentence. */
class RdmMessageFuzzTest {

  static Stream<byte[]> seeds() {
    VirtualResponder lamp = new VirtualResponder(Uid.of(1, 2), "lamp");
    return Stream.concat(
        Stream.of(new byte[0], BranchAnswer.encode(Uid.of(1, 2))),
        Arrays.stream(Pid.values())
            .map(pid ->
                RdmMessage.request(
                    Uid.of(1, 2),
                    Uid.of(3, 4),
                    1,
                    0,
                    CommandClass.GET,
                    pid.code(),
                    new byte[pid.getRequest().least()]))
            .flatMap(request -> Stream.of(request.encode(), lamp.take(request).orElseThrow())));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyOctetsAreAMessageOrAMistake(byte[] octets) {
    BranchAnswer.decode(octets);
    try {
      RdmMessage message = RdmMessage.decode(octets);
      assertThat(octets).startsWith(message.encode());
      new VirtualResponder(Uid.of(1, 2), "lamp").take(message);
    } catch (RdmException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    read(octets);
  }

  private static void read(byte[] data) {
    ParameterData.label(data);
    ParameterData.statusMessages(data);
    ParameterData.supportedParameters(data);
    for (Runnable each :
        new Runnable[] {
          () -> DeviceInfo.decode(data),
          () -> ParameterData.personality(data),
          () -> ParameterData.personalityDescription(data),
          () -> ParameterData.sensorDefinition(data),
          () -> ParameterData.sensorValue(data),
        }) {
      try {
        each.run();
      } catch (RdmException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }
}
