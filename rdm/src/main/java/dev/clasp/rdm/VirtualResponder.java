package dev.clasp.rdm;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * A device that exists only as values: answers as a lamp with the basic parameters would. For the
 * ports of a node without wires, and for tests. Not thread-safe.
 */
public final class VirtualResponder {

  private static final Pid[] SUPPORTED = {
    Pid.DEVICE_MODEL_DESCRIPTION,
    Pid.MANUFACTURER_LABEL,
    Pid.DEVICE_LABEL,
    Pid.DMX_PERSONALITY,
    Pid.DMX_PERSONALITY_DESCRIPTION,
    Pid.LAMP_HOURS,
  };

  /** Slots of the two modes. */
  private static final int[] FOOTPRINTS = {1, 4};

  private static final String[] MODES = {"Dimmer", "RGB and dimmer"};
  private static final int MAX_START = 512;

  private final Uid uid;
  private final String model;
  private boolean muted;
  private String label = "";
  private int startAddress = 1;
  private int personality = 1;
  private boolean identifying;
  private long lampHours = 12;

  public VirtualResponder(Uid uid, String model) {
    this.uid = uid;
    this.model = model;
  }

  public Uid uid() {
    return uid;
  }

  public String label() {
    return label;
  }

  public int startAddress() {
    return startAddress;
  }

  public boolean identifying() {
    return identifying;
  }

  public int personality() {
    return personality;
  }

  /**
   * Takes a message from the line.
   *
   * @return the octets that it puts on the line, with START Code unless it answers a discovery of a
   *     branch; empty if it keeps silent
   */
  public Optional<byte[]> take(RdmMessage message) {
    if (!message.destination().concerns(uid) || message.commandClass().isResponse()) {
      return Optional.empty();
    }
    if (message.commandClass() == CommandClass.DISCOVERY) {
      return discovery(message);
    }
    RdmMessage answer =
        message.subDevice() == 0
            ? answer(message)
            : message.refusal(NackReason.SUB_DEVICE_OUT_OF_RANGE);
    return message.destination().isBroadcast() ? Optional.empty() : Optional.of(answer.encode());
  }

  private Optional<byte[]> discovery(RdmMessage message) {
    byte[] data = message.data();
    if (message.pid() == Pid.DISC_UNIQUE_BRANCH.code()) {
      boolean inside =
          data.length == 2 * Uid.OCTETS
              && uid.compareTo(Uid.read(data, 0)) >= 0
              && uid.compareTo(Uid.read(data, Uid.OCTETS)) <= 0;
      return inside && !muted ? Optional.of(BranchAnswer.encode(uid)) : Optional.empty();
    }
    if (message.pid() != Pid.DISC_MUTE.code() && message.pid() != Pid.DISC_UN_MUTE.code()) {
      return Optional.empty();
    }
    muted = message.pid() == Pid.DISC_MUTE.code();
    return message.destination().isBroadcast()
        ? Optional.empty()
        // The control field: no proxy, no sub-devices, no boot loader.
        : Optional.of(message.answer(ResponseType.ACK, new byte[2]).encode());
  }

  private RdmMessage answer(RdmMessage message) {
    Pid pid = Pid.of(message.pid()).orElse(Pid.DISC_MUTE);
    boolean get = message.commandClass() == CommandClass.GET;
    if (pid == Pid.DISC_MUTE || !isKnown(pid)) {
      return message.refusal(NackReason.UNKNOWN_PID);
    }
    if (get ? !pid.canGet() : !pid.canSet()) {
      return message.refusal(NackReason.UNSUPPORTED_COMMAND_CLASS);
    }
    Pid.Size size = get ? pid.getRequest() : pid.setRequest();
    if (!size.fits(message.data().length)) {
      return message.refusal(NackReason.FORMAT_ERROR);
    }
    return get ? got(message, pid) : set(message, pid);
  }

  private static boolean isKnown(Pid pid) {
    return switch (pid) {
      case DEVICE_INFO, SUPPORTED_PARAMETERS, SOFTWARE_VERSION_LABEL -> true;
      case DMX_START_ADDRESS, IDENTIFY_DEVICE -> true;
      default -> java.util.Arrays.asList(SUPPORTED).contains(pid);
    };
  }

  private RdmMessage got(RdmMessage message, Pid pid) {
    return switch (pid) {
      case SUPPORTED_PARAMETERS -> ack(message, supported());
      case DEVICE_INFO -> ack(message, info().encode());
      case DEVICE_MODEL_DESCRIPTION -> ack(message, ParameterData.label(model));
      case MANUFACTURER_LABEL -> ack(message, ParameterData.label("CLASP"));
      case DEVICE_LABEL -> ack(message, ParameterData.label(label));
      case SOFTWARE_VERSION_LABEL -> ack(message, ParameterData.label("1.0"));
      case DMX_PERSONALITY ->
          ack(message, new byte[] {(byte) personality, (byte) FOOTPRINTS.length});
      case DMX_PERSONALITY_DESCRIPTION -> description(message);
      case DMX_START_ADDRESS -> ack(message, ParameterData.u16(startAddress));
      case LAMP_HOURS -> ack(message, ParameterData.u32(lampHours));
      case IDENTIFY_DEVICE -> ack(message, ParameterData.u8(identifying ? 1 : 0));
      default -> message.refusal(NackReason.UNKNOWN_PID);
    };
  }

  private static RdmMessage ack(RdmMessage message, byte[] data) {
    return message.answer(ResponseType.ACK, data);
  }

  private static byte[] supported() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Pid pid : SUPPORTED) {
      out.writeBytes(ParameterData.u16(pid.code()));
    }
    return out.toByteArray();
  }

  private DeviceInfo info() {
    return new DeviceInfo(
        0x0100,
        1,
        // A dimmer, table A-5.
        0x0500,
        1,
        FOOTPRINTS[personality - 1],
        personality,
        FOOTPRINTS.length,
        startAddress,
        0,
        0);
  }

  private static RdmMessage description(RdmMessage message) {
    int asked = Octets.u8(message.data(), 0);
    if (asked < 1 || asked > FOOTPRINTS.length) {
      return message.refusal(NackReason.DATA_OUT_OF_RANGE);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(asked);
    out.writeBytes(ParameterData.u16(FOOTPRINTS[asked - 1]));
    out.writeBytes(ParameterData.label(MODES[asked - 1]));
    return ack(message, out.toByteArray());
  }

  private RdmMessage set(RdmMessage message, Pid pid) {
    byte[] data = message.data();
    int number = data.length == 0 ? 0 : Octets.u8(data, 0);
    switch (pid) {
      case DEVICE_LABEL -> label = ParameterData.label(data);
      case DMX_PERSONALITY -> {
        if (number < 1 || number > FOOTPRINTS.length) {
          return message.refusal(NackReason.DATA_OUT_OF_RANGE);
        }
        personality = number;
      }
      case DMX_START_ADDRESS -> {
        int address = Octets.u16(data, 0);
        if (address < 1 || address > MAX_START) {
          return message.refusal(NackReason.DATA_OUT_OF_RANGE);
        }
        startAddress = address;
      }
      case LAMP_HOURS -> lampHours = Octets.u32(data, 0);
      case IDENTIFY_DEVICE -> {
        if (number > 1) {
          return message.refusal(NackReason.DATA_OUT_OF_RANGE);
        }
        identifying = number == 1;
      }
      default -> {
        return message.refusal(NackReason.UNSUPPORTED_COMMAND_CLASS);
      }
    }
    return message.acknowledgement();
  }
}
