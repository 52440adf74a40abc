package dev.clasp.bridge;

import dev.clasp.transform.MappedSignal;
import java.util.List;

/**
 * What a mapping would make of a signal.
 *
 * @param results in order; empty if it would go nowhere
 * @param note why, if there is something to say; may be empty
 */
public record Preview(MappedSignal sample, List<MappedSignal> results, String note) {
  public Preview {
    results = List.copyOf(results);
  }
}
