package dev.clasp.bridge.spi;

/** A bridge that cannot work; the message is a sentence for the user. */
public final class BridgeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean lasting;

  private BridgeException(String message, boolean lasting) {
    super(message);
    this.lasting = lasting;
  }

  /** A port is taken, a device is away: later it may work. */
  public static BridgeException passing(String message) {
    return new BridgeException(message, false);
  }

  /** Settings that cannot work: trying again is useless. */
  public static BridgeException lasting(String message) {
    return new BridgeException(message, true);
  }

  public boolean lasting() {
    return lasting;
  }
}
