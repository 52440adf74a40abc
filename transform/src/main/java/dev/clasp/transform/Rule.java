package dev.clasp.transform;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One rule of a mapping, compiled. Equal are rules with the same definition. Immutable.
 *
 * @param number its place in the list, from 0
 * @param slots the names in its addresses
 * @param in what it takes from the device; empty if it does not
 * @param out what it takes from the router
 * @param transform null for none; likewise {@code inverse}, {@code when} and {@code collect}
 * @param intervalNanos shortest time between two values; 0 for no limit
 * @param deadband change that is too small to tell; negative for none
 */
record Rule(
    int number,
    String name,
    List<String> slots,
    List<Route> in,
    List<Route> out,
    Optional<SignalType> type,
    @Nullable Condition when,
    Transform transform,
    Transform inverse,
    long intervalNanos,
    double deadband,
    int priority,
    boolean enabled,
    Map<String, Value> hints,
    @Nullable Collect collect,
    Value definition) {

  /** From one pattern to all targets. */
  record Route(
      AddressPath source, AddressMatcher matcher, List<AddressTemplate> targets, int number) {}

  /**
   * Several signals become one array or map, and in the other direction one becomes several.
   *
   * @param direction in which it collects
   * @param by slot of the name that says which part it is; -1: the pattern says it
   * @param keys the parts in order
   * @param otherwise for parts that have not come yet; null: nothing is sent before all are there
   */
  record Collect(
      Direction direction, int by, List<String> keys, boolean map, @Nullable Value otherwise) {}

  List<Route> routes(Direction direction) {
    return direction == Direction.IN ? in : out;
  }

  Transform transform(Direction direction) {
    return direction == Direction.IN ? transform : inverse;
  }

  /** True if many signals become one in this direction. */
  boolean collects(Direction direction) {
    return collect != null && collect.direction() == direction;
  }

  /** True if one signal becomes many in this direction because the other one collects. */
  boolean spreads(Direction direction) {
    return collect != null && collect.direction() != direction;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Rule rule && definition.equals(rule.definition);
  }

  @Override
  public int hashCode() {
    return definition.hashCode();
  }
}
