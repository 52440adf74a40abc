package dev.clasp.bridge;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Secrets inside settings that are trees: everything below fields with certain names. Immutable.
 *
 * @param fields names of fields, at any depth
 */
record TreeSecrets(Set<String> fields) {

  private static final Value HIDDEN = Value.of(BridgeHost.HIDDEN);

  /** As people may see it. */
  Value hidden(String setting, Value tree) {
    return hidden(tree, fields.contains(setting));
  }

  private Value hidden(Value value, boolean secret) {
    return switch (value) {
      case Value.Null _ -> value;
      case Value.Array(var items) ->
          Value.of(items.stream().map(item -> hidden(item, secret)).toList());
      case Value.Map(var entries) -> {
        Map<String, Value> made = new LinkedHashMap<>();
        entries.forEach((key, each) -> made.put(key, hidden(each, secret || fields.contains(key))));
        yield Value.of(made);
      }
      default -> secret ? HIDDEN : value;
    };
  }

  /**
   * One that came back from people, with what they did not see.
   *
   * @throws BridgeException (lasting) it is not known any more which secret is meant
   */
  Value restored(String setting, Value tree, Optional<Value> before) {
    return restored(tree, before, fields.contains(setting), setting);
  }

  private Value restored(Value value, Optional<Value> before, boolean secret, String where) {
    return switch (value) {
      case Value.Array(var items) -> {
        List<Value> old =
            before.orElse(Value.NULL) instanceof Value.Array(var all) ? all : List.of();
        List<Value> made = new ArrayList<>(items.size());
        BitSet used = new BitSet();
        for (int i = 0; i < items.size(); i++) {
          Value item = items.get(i);
          made.add(restored(item, match(item, i, items.size(), old, secret, used), secret, where));
        }
        yield Value.of(made);
      }
      case Value.Map(var entries) -> {
        Map<String, Value> old =
            before.orElse(Value.NULL) instanceof Value.Map(var all) ? all : Map.of();
        Map<String, Value> made = new LinkedHashMap<>();
        entries.forEach((key, each) ->
            made.put(
                key,
                restored(
                    each,
                    Optional.ofNullable(old.get(key)),
                    secret || fields.contains(key),
                    where + "." + key)));
        yield Value.of(made);
      }
      default -> {
        if (!secret || !value.equals(HIDDEN)) {
          yield value;
        }
        yield before
            .filter(old -> !(old instanceof Value.Array || old instanceof Value.Map))
            .orElseThrow(() ->
                BridgeException.lasting(
                    where
                        + " is "
                        + BridgeHost.HIDDEN
                        + ", and it is not clear which secret that"
                        + " stands for: give it again"));
      }
    };
  }

  /** The entry of a list that this one was: one that looks the same, else the one at its place. */
  private Optional<Value> match(
      Value item, int index, int size, List<Value> old, boolean secret, BitSet used) {
    for (int i = 0; i < old.size(); i++) {
      if (!used.get(i) && hidden(old.get(i), secret).equals(item)) {
        used.set(i);
        return Optional.of(old.get(i));
      }
    }
    return size == old.size() && !used.get(index) ? Optional.of(old.get(index)) : Optional.empty();
  }
}
