package dev.clasp.rdm;

import java.util.Optional;

/** Why a device refuses (E1.20 table A-17). */
public enum NackReason {
  UNKNOWN_PID("it does not know this parameter"),
  FORMAT_ERROR("it says the request is badly made"),
  HARDWARE_FAULT("its hardware is faulty"),
  PROXY_REJECT("its proxy refuses"),
  WRITE_PROTECT("it is protected against changes"),
  UNSUPPORTED_COMMAND_CLASS("this parameter cannot be read or cannot be written"),
  DATA_OUT_OF_RANGE("the value is out of its range"),
  BUFFER_FULL("its buffer is full"),
  PACKET_SIZE_UNSUPPORTED("the message is too long for it"),
  SUB_DEVICE_OUT_OF_RANGE("there is no such sub-device"),
  PROXY_BUFFER_FULL("the buffer of its proxy is full");

  private final String meaning;

  NackReason(String meaning) {
    this.meaning = meaning;
  }

  public int code() {
    return ordinal();
  }

  /** The end of a sentence about the device. */
  public String meaning() {
    return meaning;
  }

  public static Optional<NackReason> of(int code) {
    return code >= 0 && code < values().length ? Optional.of(values()[code]) : Optional.empty();
  }
}
