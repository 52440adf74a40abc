package dev.clasp.oscquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever another program calls its tree: methods within the bounds, or a sentence. */
class RemoteTreeFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            RemoteTreeTest.PROPOSAL,
            "{\"CONTENTS\":{\"a\":{\"TYPE\":\"i[ff]i\",\"VALUE\":[1,[2,3],4],\"RANGE\":[{\"MIN\":0},null]}}}",
            "{\"CONTENTS\":{\"a\":{\"TYPE\":\"r\",\"VALUE\":[\"#FA6432FF\"],\"ACCESS\":1e99}}}",
            "{\"CONTENTS\":{\"\":{\"TYPE\":\"f\"},\"a/b\":{\"TYPE\":\"f\"}}}",
            "{\"CONTENTS\":{\"a\":".repeat(100),
            "{\"NAME\":\"x\",\"OSC_PORT\":70000,\"EXTENSIONS\":{\"LISTEN\":true}}",
            "[]")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyTreeIsReadWithinBoundsOrRefused(byte[] json) {
    try {
      Map<String, RemoteNode> methods = RemoteTreeReader.read(json, "/", 100);
      assertThat(methods).hasSizeLessThanOrEqualTo(100);
      methods.forEach((path, node) -> {
        assertThat(path).startsWith("/").isEqualTo(node.path());
        assertThat(node.definition(true).address()).startsWith("/");
        try {
          RemoteValues.arguments(node, SignalType.PARAM, node.value().orElse(Value.of(1)));
        } catch (IllegalArgumentException e) {
          assertThat(e.getMessage()).isNotBlank();
        }
      });
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    try {
      assertThat(RemoteTreeReader.hostInfo(json).extensions()).hasSizeLessThanOrEqualTo(64);
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyTargetIsAQuestionOrNone(byte[] bytes) {
    String target = new String(bytes, StandardCharsets.ISO_8859_1);
    QueryLine.parse(target).ifPresent(line -> assertThat(line.path()).startsWith("/"));
  }
}
