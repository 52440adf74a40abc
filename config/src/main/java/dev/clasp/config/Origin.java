package dev.clasp.config;

/** Where the value of a setting comes from. */
public sealed interface Origin {

  /** Nobody said anything. */
  record BuiltIn() implements Origin {
    @Override
    public String toString() {
      return "default";
    }
  }

  /**
   * A line of a file.
   *
   * @param file as it was given
   * @param line from 1
   */
  record Line(String file, int line) implements Origin {
    @Override
    public String toString() {
      return file + ", line " + line;
    }
  }

  /** A variable of the environment. */
  record Variable(String name) implements Origin {
    @Override
    public String toString() {
      return name;
    }
  }

  /** An option on the command line. */
  record Flag(String option) implements Origin {
    @Override
    public String toString() {
      return option;
    }
  }
}
