package dev.clasp.server;

/** Version of this build. */
public final class Version {

  private Version() {}

  /** The release number, from the jar's manifest; {@code dev} when run from classes. */
  public static String number() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
