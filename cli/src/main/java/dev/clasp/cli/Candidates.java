package dev.clasp.cli;

import dev.clasp.dmx.FloatMode;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/** What a shell offers for an option whose enum is not ours, in the form that people type. */
abstract class Candidates implements Iterable<String> {

  private final List<String> words;

  private Candidates(Enum<?>... values) {
    words = Arrays.stream(values).map(value -> value.name().toLowerCase(Locale.ROOT)).toList();
  }

  @Override
  public Iterator<String> iterator() {
    return words.iterator();
  }

  static final class Types extends Candidates {
    Types() {
      super(SignalType.values());
    }
  }

  static final class Phases extends Candidates {
    Phases() {
      super(GesturePhase.values());
    }
  }

  static final class FloatModes extends Candidates {
    FloatModes() {
      super(FloatMode.values());
    }
  }

  static final class QosLevels extends Candidates {
    QosLevels() {
      super(Qos.values());
    }
  }
}
