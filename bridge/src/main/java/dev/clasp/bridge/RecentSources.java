package dev.clasp.bridge;

import dev.clasp.bridge.spi.Parcel;
import dev.clasp.transform.MappedSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** What came from the other side lately, by path, for people who look for a source. Bounded. */
final class RecentSources {

  static final int MAX = 256;

  private static final class Source {
    private MappedSignal signal;
    private Optional<String> peer = Optional.empty();
    private long count;
    private long nanos;

    Source(MappedSignal signal) {
      this.signal = signal;
    }
  }

  /** Least recently seen first. */
  private final LinkedHashMap<String, Source> sources = new LinkedHashMap<>(16, 0.75f, true);

  void seen(MappedSignal signal, Parcel parcel, long now) {
    Source source = sources.get(signal.address());
    if (source == null) {
      source = new Source(signal);
      sources.put(signal.address(), source);
      if (sources.size() > MAX) {
        sources.pollFirstEntry();
      }
    }
    source.signal = signal;
    source.peer = parcel.peer();
    source.count++;
    source.nanos = now;
  }

  /** The newest first. */
  List<SeenSource> list(long now) {
    List<SeenSource> list = new ArrayList<>();
    sources.forEach((path, source) ->
        list.add(
            new SeenSource(
                path,
                source.signal.type(),
                source.signal.value(),
                source.peer,
                source.count,
                Duration.ofNanos(Math.max(0, now - source.nanos)))));
    return list.reversed();
  }
}
