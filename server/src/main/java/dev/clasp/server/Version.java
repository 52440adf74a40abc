package dev.clasp.server;

/** Version of this build. */
public final class Version {

  private Version() {}

  /** The release number, from the jar's manifest; {@code dev} when run from classes. */
  public static String number() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  /** What it was built from, if whoever packaged it says so; else {@code unknown}. */
  static String commit() {
    String commit = System.getProperty("clasp.commit", "");
    return commit.matches("[0-9a-f]{7,64}") ? commit : "unknown";
  }
}
