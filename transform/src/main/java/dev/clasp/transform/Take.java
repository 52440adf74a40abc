package dev.clasp.transform;

import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.Value;
import dev.clasp.transform.Rule.Collect;
import dev.clasp.transform.Rule.Route;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A rule that takes an address, with everything that depends on the address alone. */
final class Take {

  /** Elements that get an address of their own. */
  static final int MAX_PARTS = 4096;

  final Rule rule;
  final Direction direction;
  final @Nullable String[] captures;
  final Transform transform;
  RuleMemory memory;

  /** Which part of a group it is; -1 if the rule does not collect. */
  final int part;

  private final Mapping mapping;
  private final Route route;

  /** With {@code i} in them they depend on the value, and there are none here. */
  private final String[] targets;

  private final boolean perPart;
  private final List<String[]> partTargets = new ArrayList<>();

  /** Size of {@link #partTargets}. */
  int targetCells;

  /** Whether it is kept, and its size counts. */
  boolean kept;

  private Take(
      Mapping mapping,
      Rule rule,
      Direction direction,
      Route route,
      @Nullable String[] captures,
      int part,
      Registers registers) {
    this.mapping = mapping;
    this.rule = rule;
    this.direction = direction;
    this.route = route;
    this.captures = captures;
    this.transform = rule.transform(direction);
    this.part = part;
    this.memory = new RuleMemory(direction, transform.newState());
    this.perPart =
        rule.spreads(direction) || route.targets().stream().anyMatch(AddressTemplate::splits);
    this.targets = perPart ? new String[0] : render(captures, route.targets(), 0, registers);
  }

  /** Null if the rule does not take this address after all. */
  static @Nullable Take of(
      Mapping mapping,
      Mapping.Candidate candidate,
      Direction direction,
      String address,
      Registers registers) {
    Rule rule = candidate.rule();
    @Nullable String[] captures = new String[rule.slots().size()];
    if (!candidate.route().matcher().match(address, captures)) {
      return null;
    }
    int part = -1;
    Collect collect = rule.collect();
    if (collect != null && collect.direction() == direction) {
      part =
          collect.by() < 0
              ? candidate.route().number()
              : collect.keys().indexOf(captures[collect.by()]);
      if (part < 0) {
        return null;
      }
    }
    Take take = new Take(mapping, rule, direction, candidate.route(), captures, part, registers);
    return take.perPart || take.targets.length > 0 ? take : null;
  }

  /** Those targets that are addresses and that the filters let through. */
  private String[] render(
      @Nullable String[] names, List<AddressTemplate> templates, int index, Registers registers) {
    List<String> results = new ArrayList<>(templates.size());
    for (AddressTemplate template : templates) {
      String result = template.render(names, index, registers);
      if (result == null) {
        continue;
      }
      boolean good =
          direction == Direction.OUT
              ? mapping.lets(result)
              : AddressRules.violation(result) == null;
      if (good) {
        results.add(result);
      }
    }
    return results.toArray(String[]::new);
  }

  /** What the group of this address is known by. */
  String group() {
    return String.join(" ", targets);
  }

  /** Makes signals; false if the value has no parts that could go separate ways. */
  boolean signals(Value value, MappedSignal from, Moment moment, List<MappedSignal> out) {
    if (!perPart) {
      for (String target : targets) {
        out.add(signal(target, value, from));
      }
      return true;
    }
    Collect collect = rule.spreads(direction) ? rule.collect() : null;
    if (value instanceof Value.Array(List<Value> values)) {
      int size = Math.min(values.size(), collect == null ? MAX_PARTS : collect.keys().size());
      for (int i = 0; i < size; i++) {
        part(i, values.get(i), from, moment, collect, out);
      }
      return true;
    }
    if (collect != null && value instanceof Value.Map(Map<String, Value> entries)) {
      for (int i = 0; i < collect.keys().size(); i++) {
        Value each = entries.get(collect.keys().get(i));
        if (each != null) {
          part(i, each, from, moment, collect, out);
        }
      }
      return true;
    }
    return false;
  }

  private void part(
      int i,
      Value value,
      MappedSignal from,
      Moment moment,
      @Nullable Collect collect,
      List<MappedSignal> out) {
    while (partTargets.size() <= i) {
      String[] more = partTargets(partTargets.size(), moment, collect);
      partTargets.add(more);
      targetCells += 4;
      for (String each : more) {
        targetCells += 4 + each.length() / 8;
      }
    }
    for (String target : partTargets.get(i)) {
      out.add(signal(target, value, from));
    }
  }

  private String[] partTargets(int i, Moment moment, @Nullable Collect collect) {
    if (collect == null) {
      return render(captures, route.targets(), i, moment.registers);
    }
    if (collect.by() < 0) {
      return render(captures, route.targets().subList(i, i + 1), i, moment.registers);
    }
    @Nullable String[] names = Arrays.copyOf(captures, captures.length);
    names[collect.by()] = collect.keys().get(i);
    return render(names, route.targets(), i, moment.registers);
  }

  private MappedSignal signal(String target, Value value, MappedSignal from) {
    return new MappedSignal(
        target, rule.type().orElse(from.type()), value, hints(from.hints()), from.gesture());
  }

  /** Those of the rule count before those that the signal brings. */
  private Map<String, Value> hints(Map<String, Value> brought) {
    if (brought.isEmpty()) {
      return rule.hints();
    }
    Map<String, Value> hints = new HashMap<>(brought);
    hints.putAll(rule.hints());
    return hints;
  }

  /** The only one, if there is exactly one target whatever the value is; else empty. */
  String onlyTarget() {
    return targets.length == 1 ? targets[0] : "";
  }

  MappedSignal only(Value value, MappedSignal from) {
    return signal(targets[0], value, from);
  }

  /** Roughly what it takes, see {@link TransformState#cells}. */
  int cells() {
    return 16 + memory.cells() + targetCells;
  }
}
