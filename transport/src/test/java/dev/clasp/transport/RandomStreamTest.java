package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random streams: our parser and the naive one agree, in one piece and in many. */
class RandomStreamTest {

  private static final int STREAMS = 5_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void agreesWithTheNaiveParser(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    boolean masked = seed % 2 == 0;
    RandomStreams streams = new RandomStreams(random, masked);
    int clean = 0;
    for (int i = 0; i < STREAMS; i++) {
      byte[] stream = streams.next();
      int max = random.nextInt(4) == 0 ? 200 + random.nextInt(500) : 70_000;
      try {
        List<ParserEvent> events =
            ParserProperties.check(stream, masked, max, _ -> 1 + random.nextInt(40));
        clean += events.stream().anyMatch(ParserEvent.Violation.class::isInstance) ? 0 : 1;
      } catch (RuntimeException | AssertionError e) {
        fail("seed %d, number %d: %s".formatted(seed, i, HexFormat.of().formatHex(stream)), e);
      }
    }
    // Worth its time only if a good part is right and a good part wrong.
    assertThat(clean).isBetween(STREAMS / 10, STREAMS * 9 / 10);
  }
}
