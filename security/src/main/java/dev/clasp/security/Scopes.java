package dev.clasp.security;

import dev.clasp.protocol.AddressPattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The rights of an identity: the union of its scopes. Immutable and thread-safe. */
public final class Scopes {

  /** Scopes of one token. */
  public static final int MAX = 256;

  /** No right at all. */
  public static final Scopes NONE = new Scopes(List.of(), false);

  /** Every right, that to federate included: what everybody has on an open router. */
  public static final Scopes ALL = new Scopes(List.of(), true);

  private final List<Scope> scopes;
  private final boolean all;

  /** What allows each action, by its ordinal. */
  private final PatternProgram[][] programs;

  private Scopes(List<Scope> scopes, boolean all) {
    this.scopes = List.copyOf(scopes);
    this.all = all;
    Action[] actions = Action.values();
    programs = new PatternProgram[actions.length][];
    for (Action action : actions) {
      programs[action.ordinal()] =
          scopes.stream()
              .filter(scope -> scope.action().includes(action))
              .map(scope -> scope.pattern().program())
              .toArray(PatternProgram[]::new);
    }
  }

  /**
   * The union of some scopes.
   *
   * @throws ScopeException there are more than {@link #MAX}
   */
  public static Scopes of(List<Scope> scopes) {
    if (scopes.size() > MAX) {
      throw new ScopeException("a token has at most " + MAX + " scopes, not " + scopes.size());
    }
    return scopes.isEmpty() ? NONE : new Scopes(scopes, false);
  }

  /**
   * Parses scopes with commas between them; blanks around each are left out. A comma inside braces
   * belongs to its scope: <code>read:/{a,b}/*,write:/c</code> are two.
   *
   * @throws ScopeException one of them is none, or there are too many
   */
  public static Scopes parseList(String text) {
    List<Scope> scopes = new ArrayList<>();
    for (String part : split(text)) {
      if (scopes.size() == MAX) {
        throw new ScopeException("a token has at most " + MAX + " scopes");
      }
      scopes.add(Scope.parse(part));
    }
    return of(scopes);
  }

  private static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    boolean braces = balanced(text);
    int depth = 0;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ',' && depth == 0) {
        parts.add(text.substring(start, i).strip());
        start = i + 1;
      } else if (braces) {
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      }
    }
    parts.add(text.substring(start).strip());
    return parts;
  }

  /** Otherwise a brace is an ordinary character somewhere, and no comma may hide behind it. */
  private static boolean balanced(String text) {
    int depth = 0;
    for (int i = 0; i < text.length() && depth >= 0; i++) {
      depth += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
    }
    return depth == 0;
  }

  /** True if there is nothing that this does not permit, so that nothing has to be asked. */
  public boolean all() {
    return all;
  }

  /** What it consists of; empty for {@link #ALL} as well. */
  public List<Scope> list() {
    return scopes;
  }

  /**
   * May the action be done at this address, given in UTF-8? Allocates nothing; takes at most time
   * in proportion to address × scopes, and much less for a scope that begins with other text.
   */
  public boolean permit(Action action, byte[] b, int offset, int length) {
    if (all) {
      return true;
    }
    for (PatternProgram program : programs[action.ordinal()]) {
      if (program.matches(b, offset, length)) {
        return true;
      }
    }
    return false;
  }

  /**
   * May the action be done at every address that the pattern matches? Never true by mistake; false
   * also where it would take more than about a millisecond to know. A {@code **} at the end is
   * taken as needing a segment: {@code /a/**} is within {@code /a/**} although, as a subscription,
   * it matches {@code /a} too. Therefore each delivery has to be asked for with {@link #permit} as
   * well.
   */
  public boolean permitAll(Action action, AddressPattern pattern) {
    return all || permitAll(action, ScopePattern.strict(pattern));
  }

  /** The same for a pattern of a scope that is to be passed on to somebody else. */
  public boolean permitAll(Action action, ScopePattern pattern) {
    return all || permitAll(action, pattern.program());
  }

  private boolean permitAll(Action action, PatternProgram wanted) {
    return Inclusion.test(Arrays.asList(programs[action.ordinal()]), wanted);
  }

  /** Equality is that of the texts, in their order. */
  @Override
  public boolean equals(Object o) {
    return o instanceof Scopes other && all == other.all && scopes.equals(other.scopes);
  }

  @Override
  public int hashCode() {
    return scopes.hashCode() + (all ? 1 : 0);
  }

  @Override
  public String toString() {
    return all ? "everything" : scopes.toString();
  }
}
