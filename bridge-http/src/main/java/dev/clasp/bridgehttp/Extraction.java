package dev.clasp.bridgehttp;

import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * One value out of a document, and where it goes. Immutable.
 *
 * @param pointer where it is; with stars there are several
 * @param names further names for the address, and where they are; their stars stand for the same as
 *     those of the pointer
 * @param regex what of its text counts: the first group, or all that matches
 * @param address with places for names, and {@code {1}}, {@code {2}} for the stars
 */
record Extraction(
    JsonPointer pointer,
    Map<String, JsonPointer> names,
    Optional<Pattern> regex,
    Template address,
    SignalType type) {

  private static final int MAX_REGEX = 1000;
  private static final int MAX_ENTRIES = 1000;

  private static final List<BridgeSetting> FIELDS =
      List.of(
          new BridgeSetting("pointer", Kind.TEXT, Value.of(""), "JSON pointer."),
          new BridgeSetting("names", Kind.TREE, Value.NULL, "From names to JSON pointers."),
          new BridgeSetting("regex", Kind.TEXT, Value.NULL, "Of a text: the first group."),
          new BridgeSetting("address", Kind.TEXT, Value.NULL, "Where it goes."),
          new BridgeSetting(
              "type", Kind.CHOICE, Value.NULL, "Signal.", List.of("param", "event", "stream")));

  /** What in a document is not as it should be. */
  interface Complaints {
    void missing(String what);
  }

  /**
   * Reads what a user wrote: a map from pointers to addresses, or a list of maps.
   *
   * @param known names for the addresses
   * @throws IllegalArgumentException it cannot be used
   */
  static List<Extraction> list(Value tree, SignalType standard, Predicate<String> known) {
    List<Extraction> all = new ArrayList<>();
    switch (tree) {
      case Value.Null _ -> {}
      case Value.Map(Map<String, Value> entries) ->
          entries.forEach((pointer, address) -> {
            if (!(address instanceof Value.Text(String text))) {
              throw new IllegalArgumentException(
                  "values: the address of " + pointer + " must be a text");
            }
            all.add(one(pointer, Map.of(), Optional.empty(), text, standard, known));
          });
      case Value.Array(List<Value> items) -> {
        for (Value item : items) {
          if (!(item instanceof Value.Map(Map<String, Value> given))) {
            throw new IllegalArgumentException("values: each must be a map with address");
          }
          BridgeSettings fields = BridgeSettings.of(FIELDS, given);
          all.add(
              one(
                  fields.text("pointer").orElse(""),
                  names(fields.tree("names")),
                  fields.text("regex"),
                  fields
                      .text("address")
                      .orElseThrow(
                          () -> new IllegalArgumentException("values: each must have an address")),
                  fields.text("type").map(Extraction::type).orElse(standard),
                  known));
        }
      }
      default ->
          throw new IllegalArgumentException(
              "values must be a map from JSON pointers to addresses, or a list of maps");
    }
    if (all.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException("at most " + MAX_ENTRIES + " values");
    }
    return List.copyOf(all);
  }

  private static Map<String, JsonPointer> names(Value tree) {
    Map<String, JsonPointer> names = new LinkedHashMap<>();
    switch (tree) {
      case Value.Null _ -> {}
      case Value.Map(Map<String, Value> entries) ->
          entries.forEach((name, pointer) -> {
            if (!(pointer instanceof Value.Text(String text))) {
              throw new IllegalArgumentException("names: " + name + " must be a JSON pointer");
            }
            names.put(name, JsonPointer.parse(text));
          });
      default -> throw new IllegalArgumentException("names must be a map to JSON pointers");
    }
    return names;
  }

  static SignalType type(String key) {
    return SignalType.valueOf(key.toUpperCase(java.util.Locale.ROOT));
  }

  static Extraction one(
      String pointer,
      Map<String, JsonPointer> names,
      Optional<String> regex,
      String address,
      SignalType type,
      Predicate<String> known) {
    JsonPointer where = JsonPointer.parse(pointer);
    int stars = where.stars();
    Template template =
        Template.parse(
            address.startsWith("/") ? address : "/" + address,
            name ->
                name.matches("[1-9][0-9]?") && Integer.parseInt(name) <= stars
                    || names.containsKey(name)
                    || known.test(name));
    names.forEach((name, other) -> {
      if (other.stars() > stars) {
        throw new IllegalArgumentException(
            "the pointer of " + name + " has more stars than " + pointer);
      }
    });
    if (regex.isPresent() && regex.get().length() > MAX_REGEX) {
      throw new IllegalArgumentException("regex is longer than " + MAX_REGEX + " characters");
    }
    try {
      return new Extraction(where, names, regex.map(Pattern::compile), template, type);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("regex: " + e.getDescription(), e);
    }
  }

  /** Takes out what is there. */
  void from(
      Value document,
      Map<String, String> given,
      Consumer<MappedSignal> found,
      Complaints complaints) {
    int count =
        pointer.each(
            document,
            (stars, value) -> {
              Optional<Value> taken = taken(value, complaints);
              if (taken.isEmpty()) {
                return;
              }
              Map<String, String> said = new LinkedHashMap<>(given);
              names.forEach((name, other) ->
                  said.put(name, other.at(stars).find(document).map(BodyFormat::text).orElse("")));
              for (int i = 0; i < stars.size(); i++) {
                said.put("" + (i + 1), stars.get(i));
              }
              boolean strange =
                  said.entrySet().stream()
                      .anyMatch(each ->
                          !given.containsKey(each.getKey())
                              && address.uses(each.getKey())
                              && (each.getValue().isEmpty() || each.getValue().indexOf('/') >= 0));
              String where = address.fill(name -> said.getOrDefault(name, ""));
              // Not a slash more or less than the template has: keys come from the other side.
              String violation =
                  strange
                      ? "what stands for a segment is empty or has a slash"
                      : AddressRules.violation(where);
              if (violation != null) {
                complaints.missing(where + ": " + violation);
                return;
              }
              found.accept(new MappedSignal(where, type, taken.get()));
            });
    if (count == 0 && !pointer.many()) {
      complaints.missing("there is nothing at /" + String.join("/", pointer.steps()));
    }
  }

  private Optional<Value> taken(Value value, Complaints complaints) {
    if (regex.isEmpty()) {
      return Optional.of(value);
    }
    Matcher matcher = regex.get().matcher(new PatientText(BodyFormat.text(value)));
    try {
      if (matcher.find()) {
        String group = matcher.groupCount() > 0 ? matcher.group(1) : matcher.group();
        return Optional.of(BodyFormat.plain(group == null ? "" : group));
      }
      complaints.missing("nothing there looks like " + regex.get());
    } catch (PatientText.Exhausted | StackOverflowError e) {
      complaints.missing(regex.get() + " takes too long on this text");
    }
    return Optional.empty();
  }
}
