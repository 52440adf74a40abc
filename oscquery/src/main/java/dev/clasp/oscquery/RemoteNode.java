package dev.clasp.oscquery;

import dev.clasp.osc.OscAddresses;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A method of another program's tree. Immutable.
 *
 * @param path its OSC address
 * @param tags its TYPE
 * @param access 1 to read, 2 to write, 3 for both
 * @param value empty if the program did not tell one
 * @param range of all its numbers, if it is the same for all
 * @param choices its VALS
 * @param critical messages to it shall not get lost
 */
record RemoteNode(
    String path,
    String tags,
    int access,
    Optional<Value> value,
    Optional<Range> range,
    List<Value> choices,
    Optional<String> unit,
    Optional<String> description,
    boolean critical) {

  private static final int MAX_DESCRIPTION = 500;

  RemoteNode {
    choices = List.copyOf(choices);
  }

  /** The path in our world. */
  String address() {
    return OscAddresses.decode(path);
  }

  boolean readable() {
    return (access & TreeNode.READ) != 0;
  }

  boolean writable() {
    return (access & TreeNode.WRITE) != 0;
  }

  /** Things without a value are moments. */
  SignalType kind() {
    return tags.chars().allMatch(c -> c == 'I' || c == 'N') ? SignalType.EVENT : SignalType.PARAM;
  }

  /** The same but for its value? */
  boolean describes(RemoteNode other) {
    return withoutValue().equals(other.withoutValue());
  }

  private RemoteNode withoutValue() {
    String type = tags.replace('F', 'T');
    return new RemoteNode(
        path, type, access, Optional.empty(), range, choices, unit, description, critical);
  }

  /**
   * For an announcement.
   *
   * @param scaled numbers from 0 to 1 instead of its range
   */
  SignalDefinition definition(boolean scaled) {
    Optional<Range> shown = scaled && range.isPresent() ? Optional.of(new Range(0, 1)) : range;
    return new SignalDefinition(
        address(),
        kind(),
        datatype(),
        Optional.of(access == TreeNode.READ ? "r" : access == TreeNode.WRITE ? "w" : "rw"),
        Optional.of(new SignalMeta(unit, shown, Optional.empty(), text())));
  }

  private Optional<String> datatype() {
    if (tags.length() != 1) {
      return tags.isEmpty() ? Optional.empty() : Optional.of("array");
    }
    return switch (tags.charAt(0)) {
      case 'f', 'd' -> Optional.of("float");
      case 'i', 'h', 't' -> Optional.of("int");
      case 's', 'S', 'c' -> Optional.of("string");
      case 'T', 'F' -> Optional.of("bool");
      case 'r', 'm' -> Optional.of("array");
      case 'b' -> Optional.of("bytes");
      default -> Optional.empty();
    };
  }

  private Optional<String> text() {
    String all = description.orElse("");
    if (!choices.isEmpty()) {
      String one =
          choices.stream()
              .map(choice -> choice instanceof Value.Text(String t) ? t : plain(choice))
              .collect(Collectors.joining(", ", "one of: ", ""));
      all = all.isEmpty() ? one : all + "; " + one;
    }
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(all.length() > MAX_DESCRIPTION ? all.substring(0, MAX_DESCRIPTION) : all);
  }

  private static String plain(Value value) {
    return dev.clasp.bridge.JsonValues.text(value);
  }
}
