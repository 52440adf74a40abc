package dev.clasp.oscquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** What a WebSocket may bring as text: a command or nothing. */
class CommandFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "{\"COMMAND\":\"LISTEN\",\"DATA\":\"/foo\"}",
            "{\"DATA\":{\"OLD\":\"/a\",\"NEW\":\"/b\"},\"COMMAND\":\"PATH_RENAMED\"}",
            "{\"COMMAND\":\"START_OSC_STREAMING\",\"DATA\":{\"LOCAL_SERVER_PORT\":99999999999}}",
            "{\"COMMAND\":\"PATH_ADDED\",\"DATA\":{\"FULL_PATH\":\"/x\",\"CONTENTS\":{}}}",
            "{\"COMMAND\":" + "[".repeat(40),
            "{\"COMMAND\":\"\\ud800\"}",
            "")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyTextIsACommandOrNothing(byte[] text) {
    Command.Reader.read(text, 0, text.length)
        .ifPresent(command -> {
          if (command instanceof Command.StartStreaming(int port)) {
            assertThat(port).isBetween(1, 65_535);
          }
        });
  }
}
