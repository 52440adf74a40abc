package dev.clasp.transform;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.Value;
import dev.clasp.transform.Rule.Route;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a bridge, checked and compiled: which addresses of one world are which of the other,
 * and what happens to the values (bridges.md 14). Immutable and thread-safe.
 *
 * <p>A signal that no rule takes keeps its path: inbound the prefix comes in front, outbound it is
 * taken away; what is not below the prefix goes nowhere. A definition can have it dropped instead.
 */
public final class Mapping {

  static final int MAX_RULES = 10_000;
  private static final int MAX_FILTERS = 1000;

  /** Each with each. */
  private static final int MAX_COMPARED = 300;

  private final Value definition;
  private final String prefix;
  private final boolean all;
  private final boolean pass;
  private final List<AddressMatcher> include;
  private final List<AddressMatcher> exclude;
  private final boolean strips;
  private final String strip;
  private final List<Rule> rules;
  private final Index in;
  private final Index out;

  /** A way through a rule. */
  record Candidate(Rule rule, Route route, int rank) {}

  /** The routes of one direction: those without open places by address, the others in a row. */
  private static final class Index {
    private final Map<String, List<Candidate>> literals = new HashMap<>();
    private final List<Candidate> patterns = new ArrayList<>();

    Index(List<Rule> ordered, Direction direction) {
      int rank = 0;
      for (Rule rule : ordered) {
        if (rule.enabled()) {
          for (Route route : rule.routes(direction)) {
            Candidate candidate = new Candidate(rule, route, rank++);
            if (route.source().isLiteral()) {
              literals
                  .computeIfAbsent(route.source().text(), _ -> new ArrayList<>())
                  .add(candidate);
            } else {
              patterns.add(candidate);
            }
          }
        }
      }
    }

    /** In the order in which they are asked; not yet compared with the address. */
    List<Candidate> candidates(String address) {
      List<Candidate> found = literals.get(address);
      if (found == null) {
        return patterns;
      }
      List<Candidate> both = new ArrayList<>(patterns);
      both.addAll(found);
      both.sort(Comparator.comparingInt(Candidate::rank));
      return both;
    }
  }

  private Mapping(Fields fields, String prefix) {
    this.prefix = prefix(fields.text("prefix").orElse(prefix), fields.at("prefix"));
    this.all = fields.choice("match", "first", List.of("first", "all")).equals("all");
    this.pass = fields.choice("unmatched", "pass", List.of("pass", "drop")).equals("pass");
    this.include = filters(fields, "include");
    this.exclude = filters(fields, "exclude");
    if (fields.tree("strip_prefix") instanceof Value.Text(String text)) {
      this.strip = prefix(text, fields.at("strip_prefix"));
      this.strips = true;
    } else {
      this.strip = "";
      this.strips = fields.flag("strip_prefix", true);
    }
    List<Value> given = fields.list("rules", MAX_RULES);
    List<Rule> parsed = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      parsed.add(
          RuleParser.parse(given.get(i), this.prefix, i, fields.at("rules") + "[" + i + "]"));
    }
    fields.done("a mapping");
    // Stable: of the same priority, the first in the list comes first.
    parsed.sort(Comparator.comparingInt(Rule::priority).reversed());
    this.rules = List.copyOf(parsed);
    this.in = new Index(rules, Direction.IN);
    this.out = new Index(rules, Direction.OUT);
    this.definition = definition(fields);
  }

  private Value definition(Fields fields) {
    Map<String, Value> entries = new LinkedHashMap<>(fields.taken());
    entries.put(
        "rules",
        new Value.Array(
            rules.stream()
                .sorted(Comparator.comparingInt(Rule::number))
                .map(Rule::definition)
                .toList()));
    return new Value.Map(entries);
  }

  private static String prefix(String given, String where) {
    String text = given;
    while (text.endsWith("/")) {
      text = text.substring(0, text.length() - 1);
    }
    if (!text.isEmpty() && !text.startsWith("/")) {
      text = "/" + text;
    }
    if (text.length() > AddressPath.MAX_LENGTH || text.contains("*") || text.contains("{")) {
      throw new MappingException(where, "must be an address without open places");
    }
    return text;
  }

  private static List<AddressMatcher> filters(Fields fields, String key) {
    List<AddressMatcher> matchers = new ArrayList<>();
    for (String text : fields.texts(key, MAX_FILTERS)) {
      AddressPath path = AddressPath.parse(text, fields.at(key));
      if (!path.numbers().isEmpty()) {
        throw fields.mistake(key, "takes patterns without calculations, not " + path.text());
      }
      matchers.add(new AddressMatcher(path, List.copyOf(path.captured()), List.of()));
    }
    return List.copyOf(matchers);
  }

  /**
   * Reads a mapping, in any of the shapes that docs/mapping.md names.
   *
   * @param definition a map, a list of rules, or {@link Value#NULL} for no rules at all
   * @param prefix of the bridge, for example {@code /osc}; empty for none. A prefix in the
   *     definition counts instead
   * @throws MappingException it cannot be used; says what is wrong and where
   */
  public static Mapping parse(Value definition, String prefix) {
    Value own = Dialects.toNative(definition);
    return new Mapping(Fields.of(own, "", "a mapping"), prefix);
  }

  /** In the shape that people write, the shortest that means the same; {@link #parse} takes it. */
  public Value definition() {
    return definition;
  }

  public String prefix() {
    return prefix;
  }

  /**
   * What is to be listened to: every signal that goes somewhere in this direction matches one of
   * these. Inbound they are paths of the device, outbound addresses of the router, to subscribe to.
   */
  public List<AddressPattern> patterns(Direction direction) {
    Set<AddressPattern> patterns = new LinkedHashSet<>();
    if (pass) {
      patterns.add(AddressPattern.parse(direction == Direction.OUT ? prefix + "/**" : "/**"));
    }
    for (Rule rule : rules) {
      if (rule.enabled()) {
        for (Route route : rule.routes(direction)) {
          pattern(route.source().pattern()).ifPresent(patterns::add);
        }
      }
    }
    if (patterns.size() <= MAX_COMPARED) {
      List<AddressPattern> all = List.copyOf(patterns);
      patterns.removeIf(
          one -> all.stream().anyMatch(other -> !other.equals(one) && other.includes(one)));
    }
    return List.copyOf(patterns);
  }

  /** Empty for what no address can match, for example with an empty segment inside. */
  private static Optional<AddressPattern> pattern(String text) {
    try {
      return Optional.of(AddressPattern.parse(text));
    } catch (PatternException e) {
      return Optional.empty();
    }
  }

  /** Begins with nothing remembered. */
  public MappingRun start() {
    return new MappingRun(this, null);
  }

  /**
   * Takes over from a run of an older mapping, which ends: rules that are the same keep what they
   * remember, and what is held back is still sent.
   */
  public MappingRun start(MappingRun previous) {
    return new MappingRun(this, previous);
  }

  // --- for the run -------------------------------------------------------------------------------

  /** In the order in which they are asked. */
  List<Rule> rules() {
    return rules;
  }

  boolean all() {
    return all;
  }

  List<Candidate> candidates(Direction direction, String address) {
    return (direction == Direction.IN ? in : out).candidates(address);
  }

  /** Whether the filters let a path of the device through. */
  boolean lets(String path) {
    return (include.isEmpty() || matches(include, path)) && !matches(exclude, path);
  }

  private static boolean matches(List<AddressMatcher> filters, String path) {
    @Nullable String[] captures = new String[64];
    for (AddressMatcher filter : filters) {
      if (filter.match(path, captures)) {
        return true;
      }
    }
    return false;
  }

  /** Where a signal goes that no rule takes; null for nowhere. */
  @Nullable String unmatched(Direction direction, String address) {
    if (!pass) {
      return null;
    }
    if (direction == Direction.IN) {
      return prefix + (isBelow(strip, address) ? address.substring(strip.length()) : address);
    }
    if (!isBelow(prefix, address)) {
      return null;
    }
    return strips ? strip + address.substring(prefix.length()) : address;
  }

  private static boolean isBelow(String prefix, String address) {
    return address.startsWith(prefix)
        && address.length() > prefix.length()
        && address.charAt(prefix.length()) == '/';
  }

  /** Those are equal that have the same definition and prefix. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Mapping mapping
        && definition.equals(mapping.definition)
        && prefix.equals(mapping.prefix);
  }

  @Override
  public int hashCode() {
    return definition.hashCode() * 31 + prefix.hashCode();
  }
}
