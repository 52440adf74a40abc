package dev.clasp.config;

/** A configuration that cannot be used. The message is a sentence for the user that says where. */
public final class ConfigException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }

  ConfigException(Origin origin, String message) {
    super(origin + ": " + message);
  }
}
