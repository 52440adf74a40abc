package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageCodec;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies of the admin API: a value that can be sent, or a sentence. */
class AdminBodyFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "{\"value\":1}",
            "{\"value\":{\"a\":[true,null,\"b\",-0.5e300]}}",
            "{\"value\":\"\\ud800\"}",
            "{\"value\":" + "[".repeat(40) + "]".repeat(40) + "}",
            "{\"value\":1,\"value\":2}",
            "{\"value\":18446744073709551615}",
            "[]")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBodyIsAValueOrAMistake(byte[] body) {
    try {
      JsonNode value = AdminJson.read(body, Set.of("value")).get("value");
      if (value != null) {
        MessageCodec.encode(
            new Message.SetValue(
                "/a", JsonValue.of(value), OptionalLong.empty(), false, false, Optional.empty()));
      }
    } catch (AdminCall.Mistake | IllegalArgumentException | EncodeException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
