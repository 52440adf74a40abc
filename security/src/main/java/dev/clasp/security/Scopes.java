package dev.clasp.security;

import dev.clasp.protocol.AddressPattern;
import java.util.List;

/**
 * The rights of an identity: the union of its scopes. Immutable and thread-safe; the methods do not
 * allocate.
 */
public final class Scopes {

  /** No right at all. */
  public static final Scopes NONE = new Scopes(List.of(), false);

  /** Every right, that to federate included: what everybody has on an open router. */
  public static final Scopes ALL = new Scopes(List.of(), true);

  private final List<Scope> scopes;
  private final boolean all;

  private Scopes(List<Scope> scopes, boolean all) {
    this.scopes = List.copyOf(scopes);
    this.all = all;
  }

  public static Scopes of(List<Scope> scopes) {
    return scopes.isEmpty() ? NONE : new Scopes(scopes, false);
  }

  /** True if there is nothing that this does not permit, so that nothing has to be asked. */
  public boolean all() {
    return all;
  }

  /** What it consists of; empty for {@link #ALL} as well. */
  public List<Scope> list() {
    return scopes;
  }

  /** May the action be done at this address, given in UTF-8? */
  public boolean permit(Action action, byte[] b, int offset, int length) {
    if (all) {
      return true;
    }
    for (Scope scope : scopes) {
      if (scope.action().includes(action) && scope.pattern().matches(b, offset, length)) {
        return true;
      }
    }
    return false;
  }

  /**
   * May the action be done at every address that the pattern matches? Never true by mistake. A
   * {@code **} at the end is taken as needing a segment: {@code /a/**} is within {@code /a/**}
   * although, as a subscription, it matches {@code /a} too. Therefore each delivery has to be asked
   * for with {@link #permit} as well.
   */
  public boolean permitAll(Action action, AddressPattern pattern) {
    if (all) {
      return true;
    }
    AddressPattern strict =
        AddressPattern.parse(pattern.text(), AddressPattern.GlobstarParent.EXCLUDED);
    for (Scope scope : scopes) {
      if (scope.action().includes(action) && scope.pattern().includes(strict)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return all ? "everything" : scopes.toString();
  }
}
