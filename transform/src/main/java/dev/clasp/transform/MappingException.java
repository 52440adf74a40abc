package dev.clasp.transform;

/** A mapping that cannot be used; the message is a sentence for the user. */
public final class MappingException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String where;

  /**
   * @param where the place in the definition: {@code rules[2].transform.min}; empty for the whole
   */
  public MappingException(String where, String message) {
    super(where.isEmpty() ? message : where + ": " + message);
    this.where = where;
  }

  public String where() {
    return where;
  }
}
