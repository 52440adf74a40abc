package dev.clasp.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a soak saw.
 *
 * @param samples oldest first
 * @param writes values written by the steady load
 * @param connections connections that came and went
 * @param violations what must not happen and did: values that stepped back, last values that did
 *     not arrive, answers that did not come
 */
public record SoakReport(
    List<SoakSample> samples, long writes, long connections, List<String> violations) {

  /** Growth over the judged time that is taken for a leak, besides a tenth of the level. */
  private static final long HEAP_SLACK = 4 << 20;

  private static final long HANDLE_SLACK = 8;

  /** Samples that a judgement needs. */
  static final int ENOUGH = 8;

  public SoakReport {
    samples = List.copyOf(samples);
    violations = List.copyOf(violations);
  }

  /** Resources that kept growing during the second half, each as a sentence; empty if none did. */
  public List<String> leaks() {
    return Stream.of(
            leak("live objects (bytes)", SoakSample::heapBytes, HEAP_SLACK),
            leak("open files", SoakSample::files, HANDLE_SLACK),
            leak("threads", SoakSample::threads, HANDLE_SLACK),
            leak("live objects of the clients (bytes)", SoakSample::clientHeapBytes, HEAP_SLACK),
            leak("threads of the clients", SoakSample::clientThreads, HANDLE_SLACK))
        .filter(text -> !text.isEmpty())
        .toList();
  }

  /** True if there were enough samples to tell. */
  public boolean judged() {
    return samples.size() >= ENOUGH;
  }

  private String leak(String what, Function<SoakSample, OptionalLong> of, long slack) {
    List<SoakSample> half =
        samples.subList(samples.size() / 2, samples.size()).stream()
            .filter(sample -> of.apply(sample).isPresent())
            .toList();
    if (!judged() || half.size() < ENOUGH / 2) {
      return "";
    }
    double[] x = half.stream().mapToDouble(SoakSample::seconds).toArray();
    double[] y = half.stream().mapToDouble(s -> of.apply(s).orElse(0)).toArray();
    double growth = slope(x, y) * (x[x.length - 1] - x[0]);
    double level = Arrays.stream(y).average().orElse(0);
    return growth > slack + level / 10
        ? String.format(
            Locale.ROOT,
            "%s grew by %.0f over the last %.0f s, to %.0f",
            what,
            growth,
            x[x.length - 1] - x[0],
            y[y.length - 1])
        : "";
  }

  /** Least squares; 0 if all x are equal. */
  static double slope(double[] x, double[] y) {
    double meanX = Arrays.stream(x).average().orElse(0);
    double meanY = Arrays.stream(y).average().orElse(0);
    double above = 0;
    double below = 0;
    for (int i = 0; i < x.length; i++) {
      above += (x[i] - meanX) * (y[i] - meanY);
      below += (x[i] - meanX) * (x[i] - meanX);
    }
    return below == 0 ? 0 : above / below;
  }
}
