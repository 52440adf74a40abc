package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parts of one value that a rule collects. */
final class Group {

  private final @Nullable Value[] parts;
  RuleMemory memory;

  Group(int size, RuleMemory memory) {
    this.parts = new Value[size];
    this.memory = memory;
  }

  Group copy() {
    Group copy = new Group(parts.length, memory.copy());
    System.arraycopy(parts, 0, copy.parts, 0, parts.length);
    return copy;
  }

  /** Null as long as parts are missing for which there is nothing else. */
  @Nullable Value put(int part, Value value, Rule.Collect collect) {
    parts[part] = value;
    List<Value> values = new ArrayList<>(parts.length);
    for (Value each : parts) {
      Value there = each == null ? collect.otherwise() : each;
      if (there == null) {
        return null;
      }
      values.add(there);
    }
    if (!collect.map()) {
      return new Value.Array(values);
    }
    Map<String, Value> entries = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      entries.put(collect.keys().get(i), values.get(i));
    }
    return new Value.Map(entries);
  }

  int cells() {
    return parts.length + memory.cells();
  }

  @Override
  public String toString() {
    return Arrays.toString(parts);
  }
}
