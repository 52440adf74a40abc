package dev.clasp.rdm;

import java.util.Optional;

/**
 * The basic parameters (E1.20 table A-3): what may be done with them, and how much data a request
 * and an answer carry. A message may have others: there it is a number.
 */
public enum Pid {
  DISC_UNIQUE_BRANCH(0x0001, Access.NONE, Size.of(12), Size.NONE, Size.NONE),
  DISC_MUTE(0x0002, Access.NONE, Size.NONE, Size.NONE, Size.NONE),
  DISC_UN_MUTE(0x0003, Access.NONE, Size.NONE, Size.NONE, Size.NONE),
  QUEUED_MESSAGE(0x0020, Access.GET, Size.of(1), Size.NONE, Size.ANY),
  STATUS_MESSAGES(0x0030, Access.GET, Size.of(1), Size.NONE, Size.ANY),
  SUPPORTED_PARAMETERS(0x0050, Access.GET, Size.NONE, Size.NONE, Size.ANY),
  DEVICE_INFO(0x0060, Access.GET, Size.NONE, Size.NONE, Size.of(19)),
  DEVICE_MODEL_DESCRIPTION(0x0080, Access.GET, Size.NONE, Size.NONE, Size.TEXT),
  MANUFACTURER_LABEL(0x0081, Access.GET, Size.NONE, Size.NONE, Size.TEXT),
  DEVICE_LABEL(0x0082, Access.BOTH, Size.NONE, Size.TEXT, Size.TEXT),
  FACTORY_DEFAULTS(0x0090, Access.BOTH, Size.NONE, Size.NONE, Size.of(1)),
  SOFTWARE_VERSION_LABEL(0x00C0, Access.GET, Size.NONE, Size.NONE, Size.TEXT),
  DMX_PERSONALITY(0x00E0, Access.BOTH, Size.NONE, Size.of(1), Size.of(2)),
  DMX_PERSONALITY_DESCRIPTION(0x00E1, Access.GET, Size.of(1), Size.NONE, new Size(3, 35)),
  DMX_START_ADDRESS(0x00F0, Access.BOTH, Size.NONE, Size.of(2), Size.of(2)),
  SENSOR_DEFINITION(0x0200, Access.GET, Size.of(1), Size.NONE, new Size(13, 45)),
  SENSOR_VALUE(0x0201, Access.BOTH, Size.of(1), Size.of(1), Size.of(9)),
  DEVICE_HOURS(0x0400, Access.BOTH, Size.NONE, Size.of(4), Size.of(4)),
  LAMP_HOURS(0x0401, Access.BOTH, Size.NONE, Size.of(4), Size.of(4)),
  LAMP_STATE(0x0403, Access.BOTH, Size.NONE, Size.of(1), Size.of(1)),
  IDENTIFY_DEVICE(0x1000, Access.BOTH, Size.NONE, Size.of(1), Size.of(1)),
  RESET_DEVICE(0x1001, Access.SET, Size.NONE, Size.of(1), Size.NONE);

  /** What may be done with a parameter. */
  public enum Access {
    /** Neither: a matter of discovery. */
    NONE,
    GET,
    SET,
    BOTH
  }

  /**
   * How much data, in octets.
   *
   * @param least 0 to 231
   * @param most 0 to 231
   */
  public record Size(int least, int most) {

    static final Size NONE = of(0);
    static final Size TEXT = new Size(0, 32);
    static final Size ANY = new Size(0, RdmMessage.MAX_DATA);

    static Size of(int octets) {
      return new Size(octets, octets);
    }

    public boolean fits(int octets) {
      return octets >= least && octets <= most;
    }
  }

  private final int code;
  private final Access access;
  private final Size getRequest;
  private final Size setRequest;
  private final Size getResponse;

  Pid(int code, Access access, Size getRequest, Size setRequest, Size getResponse) {
    this.code = code;
    this.access = access;
    this.getRequest = getRequest;
    this.setRequest = setRequest;
    this.getResponse = getResponse;
  }

  public int code() {
    return code;
  }

  public boolean canGet() {
    return access == Access.GET || access == Access.BOTH;
  }

  public boolean canSet() {
    return access == Access.SET || access == Access.BOTH;
  }

  /** Data of a GET, or of a discovery message. */
  public Size getRequest() {
    return getRequest;
  }

  public Size setRequest() {
    return setRequest;
  }

  /** Data of the answer to a GET. */
  public Size getResponse() {
    return getResponse;
  }

  public static Optional<Pid> of(int code) {
    for (Pid each : values()) {
      if (each.code == code) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
