package dev.clasp.midi;

/** The two spaces of parameters behind controllers 98 to 101. */
public enum ParameterKind {
  /** Registered: the same for all devices. */
  RPN(101, 100),
  /** Not registered: each device has its own. */
  NRPN(99, 98);

  private final int msb;
  private final int lsb;

  ParameterKind(int msb, int lsb) {
    this.msb = msb;
    this.lsb = lsb;
  }

  /** Controller with the upper seven bits of the number. */
  int msb() {
    return msb;
  }

  int lsb() {
    return lsb;
  }
}
