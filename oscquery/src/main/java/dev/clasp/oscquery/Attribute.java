package dev.clasp.oscquery;

/**
 * What can be asked of a node (OSCQuery proposal, "Required Attributes" and "Optional Attributes").
 */
enum Attribute {
  FULL_PATH(true),
  CONTENTS(true),
  TYPE(true),
  ACCESS(true),
  VALUE(true),
  RANGE(true),
  DESCRIPTION(true),
  UNIT(true),
  TAGS(true),
  CLIPMODE(true),
  CRITICAL(true),
  OVERLOADS(true),
  HOST_INFO(true),
  /** The proposal knows them, we have nothing to say. */
  EXTENDED_TYPE(false),
  HTML(false);

  private final boolean served;

  Attribute(boolean served) {
    this.served = served;
  }

  boolean served() {
    return served;
  }
}
