package dev.clasp.bridgeartnet;

/** The kinds of packets (Art-Net 4, table 1). */
final class OpCode {

  static final int POLL = 0x2000;
  static final int POLL_REPLY = 0x2100;
  static final int DIAG_DATA = 0x2300;
  static final int COMMAND = 0x2400;
  static final int DMX = 0x5000;
  static final int NZS = 0x5100;
  static final int SYNC = 0x5200;
  static final int ADDRESS = 0x6000;
  static final int INPUT = 0x7000;
  static final int TOD_REQUEST = 0x8000;
  static final int TOD_DATA = 0x8100;
  static final int TOD_CONTROL = 0x8200;
  static final int RDM = 0x8300;
  static final int RDM_SUB = 0x8400;
  static final int TIME_CODE = 0x9700;
  static final int TRIGGER = 0x9900;
  static final int IP_PROG = 0xF800;
  static final int IP_PROG_REPLY = 0xF900;

  private OpCode() {}
}
