package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.transport.TrustedProxies.Origin;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any headers of a proxy give a client that is no proxy, nobody, or a declared problem. */
class ForwardedFuzzTest {

  private static final TrustedProxies PROXIES =
      TrustedProxies.of(List.of("10.0.0.0/8", "fd00::/8"));

  static Stream<byte[]> seeds() {
    return Stream.of(
            "\0" + "203.0.113.9, 10.0.0.1",
            "\1" + "for=\"[2001:db8::9]:80\";proto=https, for=10.0.0.1",
            "\0" + "1.2.3.4.5,[::1,::ffff:10.0.0.1,]",
            "\1" + "for=_x;for=;=,;,")
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyHeadersAreUnderstoodOrRefused(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    String text =
        new String(Arrays.copyOfRange(bytes, 1, bytes.length), StandardCharsets.ISO_8859_1);
    List<String> lines = text.lines().toList();
    Origin origin =
        (bytes[0] & 1) == 0 ? PROXIES.origin(lines, List.of()) : PROXIES.origin(List.of(), lines);
    switch (origin) {
      case Origin.Client(var address) -> assertThat(PROXIES.trusts(address)).isFalse();
      case Origin.Contradiction(String problem) -> assertThat(problem).isNotEmpty();
      case Origin.Unsaid() -> {}
    }
  }
}
