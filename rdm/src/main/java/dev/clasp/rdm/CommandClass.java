package dev.clasp.rdm;

import java.util.Optional;

/** What a message wants (E1.20 table A-1). */
public enum CommandClass {
  DISCOVERY(0x10),
  DISCOVERY_RESPONSE(0x11),
  GET(0x20),
  GET_RESPONSE(0x21),
  SET(0x30),
  SET_RESPONSE(0x31);

  private final int code;

  CommandClass(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  public boolean isResponse() {
    return (code & 1) == 1;
  }

  /** The class of the answer. */
  public CommandClass response() {
    return switch (this) {
      case DISCOVERY, DISCOVERY_RESPONSE -> DISCOVERY_RESPONSE;
      case GET, GET_RESPONSE -> GET_RESPONSE;
      case SET, SET_RESPONSE -> SET_RESPONSE;
    };
  }

  public static Optional<CommandClass> of(int code) {
    for (CommandClass each : values()) {
      if (each.code == code) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
