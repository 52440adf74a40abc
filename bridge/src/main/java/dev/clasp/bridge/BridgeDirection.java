package dev.clasp.bridge;

/** Which ways a bridge carries signals. */
public enum BridgeDirection {
  BOTH,
  /** Only from the other protocol into the router. */
  IN,
  /** Only from the router to the other protocol. */
  OUT;

  public boolean in() {
    return this != OUT;
  }

  public boolean out() {
    return this != IN;
  }
}
