package dev.clasp.rdm;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * One message (E1.20 section 6.2). The data is not copied: nobody may change it.
 *
 * @param destination who it is for
 * @param source who sends it
 * @param transaction number that an answer repeats, 0 to 255
 * @param portOrResponse of a request the port (1 to 255), of an answer the {@link ResponseType}
 * @param messageCount how many messages wait in the device; 0 in requests
 * @param subDevice 0 for the device itself, 1 to 512, 0xFFFF for all
 * @param commandClass what it wants
 * @param pid the parameter, see {@link Pid}
 * @param data at most {@value #MAX_DATA} octets
 */
public record RdmMessage(
    Uid destination,
    Uid source,
    int transaction,
    int portOrResponse,
    int messageCount,
    int subDevice,
    CommandClass commandClass,
    int pid,
    byte[] data) {

  /** The START Code of RDM (E1.20 section 6.2.1). */
  public static final int START_CODE = 0xCC;

  public static final int SUB_START_CODE = 0x01;
  public static final int MAX_DATA = 231;

  /** With START Code and checksum. */
  public static final int MAX_OCTETS = 257;

  public static final int ALL_SUB_DEVICES = 0xFFFF;

  private static final byte[] NO_DATA = {};

  // Offsets with the START Code.
  private static final int LENGTH = 2;
  private static final int DESTINATION = 3;
  private static final int SOURCE = 9;
  private static final int TRANSACTION = 15;
  private static final int PORT = 16;
  private static final int COUNT = 17;
  private static final int SUB_DEVICE = 18;
  private static final int COMMAND_CLASS = 20;
  private static final int PID = 21;
  private static final int DATA_LENGTH = 23;
  private static final int DATA = 24;
  private static final int CHECKSUM_OCTETS = 2;

  public RdmMessage {
    if (data.length > MAX_DATA) {
      throw new RdmException(
          "RDM carries at most " + MAX_DATA + " octets at once, not " + data.length);
    }
  }

  /** A request of a controller. */
  public static RdmMessage request(
      Uid destination,
      Uid source,
      int transaction,
      int subDevice,
      CommandClass commandClass,
      int pid,
      byte[] data) {
    return new RdmMessage(
        destination, source, transaction & 0xFF, 1, 0, subDevice, commandClass, pid, data);
  }

  /** What answers this request. */
  public RdmMessage answer(ResponseType type, byte[] answer) {
    return new RdmMessage(
        source,
        destination,
        transaction,
        type.code(),
        0,
        subDevice,
        commandClass.response(),
        pid,
        answer);
  }

  public RdmMessage refusal(NackReason reason) {
    return answer(ResponseType.NACK_REASON, new byte[] {0, (byte) reason.code()});
  }

  public RdmMessage acknowledgement() {
    return answer(ResponseType.ACK, NO_DATA);
  }

  /** Of an answer; empty if it is a request, or has a type that E1.20 does not know. */
  public Optional<ResponseType> responseType() {
    return commandClass.isResponse() ? ResponseType.of(portOrResponse) : Optional.empty();
  }

  /** Is this the answer to that request? */
  public boolean answers(RdmMessage request) {
    return commandClass == request.commandClass.response()
        && transaction == request.transaction
        && source.equals(request.destination)
        && destination.equals(request.source);
  }

  /** For a line: with START Code and checksum. */
  public byte[] encode() {
    int length = DATA + data.length;
    byte[] out = new byte[length + CHECKSUM_OCTETS];
    out[0] = (byte) START_CODE;
    out[1] = SUB_START_CODE;
    out[LENGTH] = (byte) length;
    destination.write(out, DESTINATION);
    source.write(out, SOURCE);
    out[TRANSACTION] = (byte) transaction;
    out[PORT] = (byte) portOrResponse;
    out[COUNT] = (byte) messageCount;
    Octets.put16(out, SUB_DEVICE, subDevice);
    out[COMMAND_CLASS] = (byte) commandClass.code();
    Octets.put16(out, PID, pid);
    out[DATA_LENGTH] = (byte) data.length;
    System.arraycopy(data, 0, out, DATA, data.length);
    Octets.put16(out, length, checksum(out, length));
    return out;
  }

  /** For Art-Net: the same without the START Code. */
  public byte[] encodeWithoutStartCode() {
    byte[] all = encode();
    return Arrays.copyOfRange(all, 1, all.length);
  }

  /**
   * Reads a message with START Code and checksum; octets behind it are ignored.
   *
   * @throws RdmException says what is wrong
   */
  public static RdmMessage decode(byte[] b) {
    if (b.length < DATA + CHECKSUM_OCTETS) {
      throw new RdmException("only " + b.length + " octets: an RDM message has 26 or more");
    }
    if (Octets.u8(b, 0) != START_CODE || b[1] != SUB_START_CODE) {
      throw new RdmException("it does not begin with CC 01");
    }
    int length = Octets.u8(b, LENGTH);
    int dataLength = Octets.u8(b, DATA_LENGTH);
    if (length != DATA + dataLength || dataLength > MAX_DATA) {
      throw new RdmException("its lengths " + length + " and " + dataLength + " do not fit");
    }
    if (b.length < length + CHECKSUM_OCTETS) {
      throw new RdmException("it ends after " + b.length + " octets of " + (length + 2));
    }
    int checksum = Octets.u16(b, length);
    if (checksum != checksum(b, length)) {
      throw new RdmException("its checksum is wrong");
    }
    CommandClass commandClass =
        CommandClass.of(Octets.u8(b, COMMAND_CLASS))
            .orElseThrow(() ->
                new RdmException(
                    "unknown command class 0x" + HexFormat.of().toHexDigits(b[COMMAND_CLASS])));
    return new RdmMessage(
        Uid.read(b, DESTINATION),
        Uid.read(b, SOURCE),
        Octets.u8(b, TRANSACTION),
        Octets.u8(b, PORT),
        Octets.u8(b, COUNT),
        Octets.u16(b, SUB_DEVICE),
        commandClass,
        Octets.u16(b, PID),
        Arrays.copyOfRange(b, DATA, length));
  }

  /** Reads a message of Art-Net, which leaves the START Code out. */
  public static RdmMessage decodeWithoutStartCode(byte[] bytes) {
    byte[] all = new byte[bytes.length + 1];
    all[0] = (byte) START_CODE;
    System.arraycopy(bytes, 0, all, 1, bytes.length);
    return decode(all);
  }

  /** The sum of all octets before it, modulo 2^16 (E1.20 section 6.2.11). */
  static int checksum(byte[] b, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += b[i] & 0xFF;
    }
    return sum & 0xFFFF;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof RdmMessage other && Arrays.equals(encode(), other.encode());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encode());
  }

  @Override
  public String toString() {
    return commandClass
        + " "
        + Pid.of(pid).map(Enum::name).orElse("0x" + HexFormat.of().toHexDigits((short) pid))
        + " "
        + source
        + " to "
        + destination
        + " #"
        + transaction
        + (commandClass.isResponse() ? " type " + portOrResponse : "")
        + " "
        + HexFormat.of().formatHex(data);
  }
}
